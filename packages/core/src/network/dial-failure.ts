import type { Multiaddr } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import { messageOf } from '../util/errors.ts'

/** What is known of a call that failed. */
export interface FailedCall {
  /** Whom or what was called, for people. */
  target: string
  /** The addresses that were tried. */
  addresses: readonly Multiaddr[]
  /** Whether something answered but was not understood. */
  isStranger: boolean
}

/** Causes in the words of the system, and what they mean: first those that have nothing to do with the secret. */
const UNHEARD: readonly Cause[] = [
  [/ECONNREFUSED/, 'nothing listens there'],
  [/EHOSTUNREACH|ENETUNREACH/, 'there is no way to that network'],
  [/ENOTFOUND|EAI_AGAIN/, 'the name cannot be resolved'],
  [/No transport available|no valid addresses|NoValidAddresses/i, 'none of its addresses is TCP or WebSocket'],
  [/dial self|dial to self/i, 'that is this peer itself'],
  [/ETIMEDOUT|timed? ?out|TimeoutError|aborted due to timeout/i, 'no answer in time']
]

const HEARD: readonly Cause[] = [
  [/does not match expected remote|Payload identity key|UnexpectedPeer/i, 'another peer answers there']
]

type Cause = readonly [RegExp, string]

/** The error of a call that failed, with a cause that a person understands. */
export function dialFailure(cause: unknown, { target, addresses, isStranger }: FailedCall): ClusterError {
  const errors: unknown[] = cause instanceof AggregateError && cause.errors.length > 0 ? cause.errors : [cause]
  if (isStranger && errors.some((error) => meaningOf(error, UNHEARD) === undefined)) {
    return new ClusterError('ERR_WRONG_SECRET', `${target} answers, but has another cluster secret`, { cause })
  }
  const at = addresses.length === 0 ? '' : ` (${addresses.join(', ')})`
  const reasons = new Set(errors.map((error) => meaningOf(error, [...UNHEARD, ...HEARD]) ?? messageOf(error)))
  return new ClusterError('ERR_PEER_UNREACHABLE', `failed to dial ${target}${at}: ${[...reasons].join('; ')}`, {
    cause
  })
}

function meaningOf(error: unknown, causes: readonly Cause[]): string | undefined {
  const words = error instanceof Error ? `${error.name} ${error.message} ${codeOf(error)}` : String(error)
  return causes.find(([pattern]) => pattern.test(words))?.[1]
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : ''
}
