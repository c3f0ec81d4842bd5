import type { IncomingMessage } from 'node:http'
import type { Answer } from './answer.ts'

/** The answer to a request that does not say which host it is for, as HTTP/1.1 demands; undefined for all others. */
export function missingHost({ headers, httpVersionMinor }: IncomingMessage): Answer | undefined {
  if (headers.host !== undefined || httpVersionMinor === 0) return undefined
  const fields = ['Content-Type', 'text/plain; charset=utf-8', 'Connection', 'close']
  const body = '400 Bad Request: missing required Host header'
  return { kind: 'document', status: 400, bare: true, withoutCors: true, headers: fields, body }
}
