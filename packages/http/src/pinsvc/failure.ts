import { STATUS_CODES } from 'node:http'
import { quote } from '@ipfs-cluster/api'
import type { ErrorBody } from '../common/failure.ts'

/** `{"error":{"reason":"NOT_FOUND","details":"pin not found"}}`: a code for programs, and a text for people. */
export const pinsvcErrorBody: ErrorBody = (status, message) =>
  `{"error":{"reason":"${reasonOf(status)}","details":${quote(message)}}}\n`

/** The standard's codes are the names of the statuses. */
function reasonOf(status: number): string {
  return (STATUS_CODES[status] ?? 'Internal Server Error').toUpperCase().replace(/\W+/g, '_')
}
