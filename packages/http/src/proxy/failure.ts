import { quote } from '@ipfs-cluster/api'
import type { DocumentAnswer } from '../common/answer.ts'
import type { ErrorBody } from '../common/failure.ts'

/** `{"Message":"...","Code":0,"Type":"error"}`, the error object of Kubo. */
export const proxyErrorBody: ErrorBody = (_status, message) => `{"Message":${quote(message)},"Code":0,"Type":"error"}\n`

/** The node cannot be reached: nothing is known of the answer that it would give. */
export const BAD_GATEWAY: DocumentAnswer = { kind: 'document', status: 502, bare: true, withoutCors: true, body: '' }

/** A refusal in the words of Kubo. */
export function refusal(status: 403 | 405): DocumentAnswer {
  const allow = status === 405 ? ['Allow', 'OPTIONS, POST'] : []
  const headers = [...allow, 'Content-Type', 'text/plain; charset=utf-8', 'X-Content-Type-Options', 'nosniff']
  const body = status === 405 ? '405 - Method Not Allowed\n' : '403 - Forbidden\n'
  return { kind: 'document', status, bare: true, headers, body }
}
