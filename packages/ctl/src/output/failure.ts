import { ClusterError } from '@ipfs-cluster/api'
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
    const isHelpful = error.status === 401 || error.advice !== undefined
    const stderr = isHelpful ? `hint: ${error.next}\n` : ''
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

function reportLocal(error: unknown): FailureReport | undefined {
  if (!(error instanceof ClusterError)) return undefined
  return { stdout: '', stderr: `error : ${error.message}\n`, status: FAILED }
}

function errorBlock(code: number, message: string, encoding: Encoding): string {
  if (encoding === 'json') return formatJson({ code, message })
  return `An error occurred:\n  Code: ${code}\n  Message: ${message}\n`
}
