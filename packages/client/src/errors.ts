import { ClusterError } from '@ipfs-cluster/api'
import type { ErrorCode } from '@ipfs-cluster/api'

interface AdviceOptions extends ErrorOptions {
  /** What to do next in this very case. */
  advice?: string
}

/** The server answered with an error, or ended a stream with one. */
export class ApiError extends ClusterError {
  /** HTTP status of the answer; 500 for an error at the end of a stream. */
  override readonly status: number
  /** What to do next in this very case, when more is known than the code says. */
  readonly advice: string | undefined

  constructor(status: number, message: string, options: AdviceOptions = {}) {
    super(codeOf(status), message, options)
    this.name = 'ApiError'
    this.status = status
    this.advice = options.advice
  }

  override get next(): string {
    return this.advice ?? super.next
  }
}

function codeOf(status: number): ErrorCode {
  if (status < 400) return 'ERR_BAD_RESPONSE'
  if (status === 401 || status === 403) return 'ERR_UNAUTHORIZED'
  if (status === 404) return 'ERR_NOT_PINNED'
  return status < 500 ? 'ERR_BAD_REQUEST' : 'ERR_INTERNAL'
}

/** Why there was no answer, or only a part of one. */
export type TransportErrorCode =
  'ERR_UNREACHABLE' | 'ERR_TIMEOUT' | 'ERR_TLS' | 'ERR_WRONG_SECRET' | 'ERR_BAD_RESPONSE' | 'ERR_UNREADABLE'

/** No usable answer came. Its status is 0, which is the code that the Go release shows for it. */
export class TransportError extends ClusterError {
  declare readonly code: TransportErrorCode
  /** Whether the server had begun to answer: what it was asked to do may be done. */
  readonly answered: boolean
  /** What to do next in this very case, when more is known than the code says. */
  readonly advice: string | undefined

  constructor(code: TransportErrorCode, message: string, options: AdviceOptions & { answered?: boolean } = {}) {
    super(code, message, options)
    this.name = 'TransportError'
    this.answered = options.answered ?? false
    this.advice = options.advice
  }

  override get next(): string {
    return this.advice ?? super.next
  }
}
