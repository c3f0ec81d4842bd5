import type { Multiaddr } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import { messageOf } from '../util/errors.ts'

/** What is known of a call that failed. */
export interface FailedCall {
  /** Whom or what was called, for people. */
  target: string
  /** The addresses that were tried. */
  addresses: readonly Multiaddr[]
  /** Whether something answered but spoke with another secret. */
  isStranger: boolean
}

/** Causes in the words of the system, and what they mean. */
const CAUSES: readonly [RegExp, string][] = [
  [/ECONNREFUSED/, 'nothing listens there'],
  [/EHOSTUNREACH|ENETUNREACH/, 'there is no way to that network'],
  [/ENOTFOUND|EAI_AGAIN/, 'the name cannot be resolved'],
  [/ETIMEDOUT|timed? ?out|TimeoutError|aborted due to timeout/i, 'no answer in time'],
  [/No transport available|no valid addresses|NoValidAddresses/i, 'none of its addresses is TCP or WebSocket'],
  [/does not match expected remote|Payload identity key|UnexpectedPeer/i, 'another peer answers there'],
  [/dial self|dial to self/i, 'that is this peer itself']
]

/** The error of a call that failed, with a cause that a person understands. */
export function dialFailure(cause: unknown, { target, addresses, isStranger }: FailedCall): ClusterError {
  if (isStranger) {
    return new ClusterError('ERR_WRONG_SECRET', `${target} answers, but has another cluster secret`, { cause })
  }
  const at = addresses.length === 0 ? '' : ` (${addresses.join(', ')})`
  return new ClusterError('ERR_PEER_UNREACHABLE', `failed to dial ${target}${at}: ${reasonsOf(cause)}`, { cause })
}

function reasonsOf(cause: unknown): string {
  const errors: unknown[] = cause instanceof AggregateError && cause.errors.length > 0 ? cause.errors : [cause]
  return [...new Set(errors.map(reasonOf))].join('; ')
}

function reasonOf(error: unknown): string {
  const words = error instanceof Error ? `${error.name} ${error.message} ${codeOf(error)}` : String(error)
  return CAUSES.find(([pattern]) => pattern.test(words))?.[1] ?? messageOf(error)
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : ''
}
