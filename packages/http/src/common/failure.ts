import { ClusterError, quote } from '@ipfs-cluster/api'
import { messageOf } from '@ipfs-cluster/core/util'
import type { DocumentAnswer, HeaderList } from './answer.ts'

/** How a surface words a failure; the REST API and the pinning service differ in it. */
export type ErrorBody = (status: number, message: string) => string

/** `{"code":404,"message":"not found"}`, the error object of the REST API (spec: rest 2). */
export const restErrorBody: ErrorBody = (status, message) => `{"code":${status},"message":${quote(message)}}\n`

/** The status that a failure is answered with; 500 for one that nobody foresaw or that has no status. */
export function statusOf(error: unknown): number {
  return error instanceof ClusterError && error.status >= 400 ? error.status : 500
}

/** The answer to a failure. */
export function failure(body: ErrorBody, status: number, message: string, headers?: HeaderList): DocumentAnswer {
  return { kind: 'document', status, body: body(status, message), headers }
}

/** Texts of everything that went wrong: several where a stream was made of several calls. */
export function messagesOf(error: unknown): string[] {
  return error instanceof AggregateError ? error.errors.map(messageOf) : [messageOf(error)]
}
