import { TransportError } from '../../errors.ts'
import type { PeerTarget } from './target.ts'

/** What is known of a call that failed. */
export interface FailedCall extends PeerTarget {
  /** Whether a connection had been made, be it to whomever. */
  readonly hasAnswered: boolean
  readonly hasSecret: boolean
}

const CAUSES: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'connection refused'],
  [/EHOSTUNREACH/, 'no route to host'],
  [/ENETUNREACH/, 'network is unreachable'],
  [/ENOTFOUND|EAI_AGAIN|ENODATA|DNSQueryFailed/, 'no such host'],
  [/NoValidAddresses|no valid addresses|No transport available/i, 'none of its addresses is TCP or WebSocket'],
  [/does not match expected remote|Payload identity key|UnexpectedPeer/i, 'another peer answers there'],
  [/TimeoutError|timed? ?out|aborted due to timeout/i, 'no answer in time']
]

/** The error of a call that got no connection. */
export function dialFailed(cause: unknown, { address, name, hasAnswered, hasSecret }: FailedCall): TransportError {
  const errors: unknown[] = cause instanceof AggregateError && cause.errors.length > 0 ? cause.errors : [cause]
  const meanings = errors.map(meaningOf)
  const dialled = `failed to dial ${name} (${address})`
  if (hasAnswered && !meanings.includes('another peer answers there')) {
    const reason = hasSecret
      ? 'who answers there has another secret, or none'
      : 'who answers there is in a private network: its secret is needed'
    return new TransportError('ERR_WRONG_SECRET', `${dialled}: ${reason}`, { cause })
  }
  const reasons = errors.map((error, i) => meanings[i] ?? messageOf(error))
  return new TransportError('ERR_UNREACHABLE', `${dialled}: ${[...new Set(reasons)].join('; ')}`, { cause })
}

/** The error of a peer that is there but takes no request. */
export function streamFailed(cause: unknown, protocol: string): TransportError {
  const isUnknown = cause instanceof Error && cause.name === 'UnsupportedProtocolError'
  const reason = isUnknown ? `protocols not supported: [${protocol}]` : messageOf(cause)
  return new TransportError('ERR_UNREACHABLE', `failed to open stream: ${reason}`, { cause })
}

function meaningOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const words = error instanceof Error ? `${error.name} ${error.message} ${code}` : String(error)
  return CAUSES.find(([pattern]) => pattern.test(words))?.[1]
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
