import { ClusterError, ERRORS } from '@ipfs-cluster/api'
import type { ErrorCode } from '@ipfs-cluster/api'
import { ApiError, TransportError } from '@ipfs-cluster/client'
import { formatJson } from './form.ts'
import type { Encoding } from './form.ts'

/** What a failure makes the program print, and its exit status. */
export interface FailureReport {
  readonly stdout: string
  readonly stderr: string
  readonly status: number
}

const FAILED = 1
const REFUSED = 2
/** Number of ETIME: a time limit has passed. */
const TIMED_OUT = 62

/**
 * How a failed request is told (spec: ctl 6). The block on standard output is what scripts parse; what to do about it
 * goes to standard error.
 *
 * @returns undefined for what is no failure of a request
 */
export function reportFailure(error: unknown, encoding: Encoding): FailureReport | undefined {
  if (error instanceof ApiError) {
    const hint = hintFor(error)
    const stderr = hint === undefined ? '' : `hint: ${hint}\n`
    return { stdout: errorBlock(error.status, error.message, encoding), stderr, status: REFUSED }
  }
  if (!(error instanceof TransportError)) return reportLocal(error)
  if (error.answered) {
    const status = error.code === 'ERR_TIMEOUT' ? TIMED_OUT : FAILED
    const hint = error.advice === undefined ? '' : `hint: ${error.advice}\n`
    return { stdout: '', stderr: `error : ${error.message}\n${hint}`, status }
  }
  return { stdout: errorBlock(0, error.message, encoding), stderr: `hint: ${error.next}\n`, status: FAILED }
}

/** What peers of either release say of failures whose code does not travel. */
const KNOWN: readonly (readonly [message: RegExp, code: ErrorCode])[] = [
  [/^pin is not part of the pinset/, 'ERR_NOT_PINNED'],
  [/^not enough peers to allocate/, 'ERR_NOT_ENOUGH_PEERS'],
  [/replication_factor_m(in|ax)/, 'ERR_BAD_REPLICATION_FACTOR'],
  [/^cannot repin a CID/, 'ERR_PIN_CONFLICT'],
  [/in follower mode/, 'ERR_FOLLOWER_MODE']
]

/** The next step after an answer with an error; undefined where the message says all there is to say. */
function hintFor(error: ApiError): string | undefined {
  if (error.status === 401) return error.next
  const known = KNOWN.find(([message]) => message.test(error.message))
  return known === undefined ? error.advice : ERRORS[known[1]].next
}

function reportLocal(error: unknown): FailureReport | undefined {
  if (!(error instanceof ClusterError)) return undefined
  return { stdout: '', stderr: `error : ${error.message}\n`, status: FAILED }
}

function errorBlock(code: number, message: string, encoding: Encoding): string {
  if (encoding === 'json') return formatJson({ code, message })
  return `An error occurred:\n  Code: ${code}\n  Message: ${message}\n`
}
