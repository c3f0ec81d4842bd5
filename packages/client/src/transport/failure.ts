import { authority, portOrDefault } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { TransportError } from '../errors.ts'
import type { TransportErrorCode } from '../errors.ts'
import type { TransportRequest } from './interface.ts'

/** The words of the Go release for what a system call answered. */
const SYSTEM_CALLS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ETIMEDOUT: 'connection timed out',
  EADDRNOTAVAIL: 'cannot assign requested address',
  ENOTSOCK: 'socket operation on non-socket'
}

/** What a TLS client reports when the other side speaks plain HTTP. */
const NOT_TLS = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
  'EPROTO'
])

const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE'
])

/**
 * The error that a failed request ends with, in the words of the Go release: `Get "http://h:1/id": dial tcp h:1:
 * connect: connection refused`. What the caller's signal gave as its reason is passed on as it is, save a timeout.
 */
export function requestFailed(cause: unknown, origin: string, endpoint: Endpoint, request: TransportRequest): unknown {
  return requestEnded(cause, origin, request, () => describe(cause, endpoint))
}

/** The same for a cause that says what is wrong by itself. */
export function requestFailedBy(cause: unknown, origin: string, request: TransportRequest): unknown {
  return requestEnded(cause, origin, request, () =>
    cause instanceof TransportError
      ? { code: cause.code, reason: cause.message }
      : { code: 'ERR_UNREACHABLE', reason: isError(cause) ? cause.message : String(cause) }
  )
}

function requestEnded(cause: unknown, origin: string, request: TransportRequest, describe: () => Failure): unknown {
  const { signal, method, path } = request
  if (signal?.aborted === true && !isTimeout(signal.reason)) return signal.reason
  const { code, reason } = signal?.aborted === true ? TIMED_OUT : describe()
  const verb = method.charAt(0) + method.slice(1).toLowerCase()
  return new TransportError(code, `${verb} "${origin}${path}": ${reason}`, { cause })
}

/** The error for an answer that ended before it was complete. */
export function bodyFailed(cause: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true && !isTimeout(signal.reason)) return signal.reason
  const options = { cause, answered: true }
  if (signal?.aborted === true) {
    const reason = `${TIMED_OUT.reason} (Client.Timeout or context cancellation while reading body)`
    return new TransportError(TIMED_OUT.code, reason, options)
  }
  if (cause instanceof TransportError) return new TransportError(cause.code, cause.message, options)
  return new TransportError('ERR_BAD_RESPONSE', 'unexpected EOF', options)
}

interface Failure {
  readonly code: TransportErrorCode
  readonly reason: string
}

const TIMED_OUT: Failure = { code: 'ERR_TIMEOUT', reason: 'context deadline exceeded' }

function isTimeout(reason: unknown): boolean {
  return isError(reason) && reason.name === 'TimeoutError'
}

function describe(cause: unknown, endpoint: Endpoint): Failure {
  // A server that speaks no HTTP, or a body that could not be read.
  if (cause instanceof TransportError) return { code: cause.code, reason: cause.message }
  const error = innermost(cause)
  const code = typeof error.code === 'string' ? error.code : ''
  const call = SYSTEM_CALLS[code]
  if (call !== undefined && error.syscall !== 'open' && error.syscall !== 'read')
    return { code: 'ERR_UNREACHABLE', reason: `${dialled(error, endpoint)}: connect: ${call}` }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_NODATA') {
    return { code: 'ERR_UNREACHABLE', reason: `dial tcp: lookup ${endpoint.host}: no such host` }
  }
  if (code === 'ECONNRESET') return { code: 'ERR_UNREACHABLE', reason: 'read: connection reset by peer' }
  if (endpoint.scheme === 'https') {
    const tls = describeTls(code, error.message)
    if (tls !== undefined) return { code: 'ERR_TLS', reason: tls }
  }
  return { code: 'ERR_UNREACHABLE', reason: error.message === '' ? code : error.message }
}

function describeTls(code: string, message: string): string | undefined {
  if (NOT_TLS.has(code) || message.includes('wrong version number'))
    return 'http: server gave HTTP response to HTTPS client'
  const failed = 'tls: failed to verify certificate: x509:'
  if (UNKNOWN_AUTHORITY.has(code)) return `${failed} certificate signed by unknown authority`
  if (code === 'CERT_HAS_EXPIRED') return `${failed} certificate has expired or is not yet valid`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `${failed} ${message}`
  return code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') ? `tls: ${message}` : undefined
}

interface SystemError {
  readonly name?: unknown
  readonly message: string
  readonly code?: unknown
  readonly syscall?: unknown
  readonly address?: unknown
  readonly cause?: unknown
  readonly errors?: unknown
}

/** Errors of another realm (a frame, a VM) are no instances of our Error. */
function isError(value: unknown): value is SystemError {
  return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string'
}

/** Several addresses were tried, or a library wrapped what the system said: the last and innermost error tells most. */
function innermost(cause: unknown): SystemError {
  if (!isError(cause)) return { message: String(cause) }
  if (Array.isArray(cause.errors) && cause.errors.length > 0) return innermost(cause.errors.at(-1))
  return isError(cause.cause) && typeof cause.code !== 'string' ? innermost(cause.cause) : cause
}

function dialled(error: SystemError, endpoint: Endpoint): string {
  if (endpoint.unixPath !== undefined) return `dial unix ${endpoint.unixPath}`
  const host = typeof error.address === 'string' && endpoint.isName ? error.address : endpoint.host
  return `dial tcp ${authority({ ...endpoint, host, port: portOrDefault(endpoint) })}`
}
