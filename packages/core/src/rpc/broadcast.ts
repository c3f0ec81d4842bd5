import type { PeerId } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import { toError } from '../util/errors.ts'
import { merge } from '../util/merge.ts'
import type { AbortOptions } from '../util/startable.ts'
import { withTimeout } from '../util/signals.ts'
import type { RpcClient } from './interface.ts'
import type { StreamingMethod, UnaryMethod } from './service.ts'

/** What one of several peers answered. */
export type PeerReply<R> = { peer: PeerId; reply: R } | { peer: PeerId; error: Error }

export interface BroadcastOptions extends AbortOptions {
  /** Milliseconds that each peer has for its answer; none when absent. */
  timeout?: number
}

/**
 * Calls a method of several peers, each for itself, and gives the answers as they come. What goes wrong with one peer is
 * its answer; a peer that does not trust us is left out.
 *
 * @throws the reason when `signal` aborts
 */
export function multiCall<A, R>(
  client: RpcClient,
  peers: readonly PeerId[],
  method: UnaryMethod<A, R>,
  argument: A,
  options: BroadcastOptions = {}
): AsyncIterable<PeerReply<R>> {
  async function* ask(peer: PeerId, each: AbortOptions): AsyncGenerator<R, void, undefined> {
    yield await client.call(peer, method, argument, each)
  }
  return merge(peers.map((peer) => answers(peer, (each) => ask(peer, each), options)))
}

/** The same for a method that streams: every peer gets all arguments, and the replies are merged as they come. */
export function multiStream<A, R>(
  client: RpcClient,
  peers: readonly PeerId[],
  method: StreamingMethod<A, R>,
  args: readonly A[],
  options: BroadcastOptions = {}
): AsyncIterable<PeerReply<R>> {
  return merge(peers.map((peer) => answers(peer, (each) => client.stream(peer, method, args, each), options)))
}

async function* answers<R>(
  peer: PeerId,
  ask: (options: AbortOptions) => AsyncIterable<R>,
  { signal, timeout }: BroadcastOptions
): AsyncGenerator<PeerReply<R>, void, undefined> {
  const limited = timeout === undefined ? signal : withTimeout(timeout, signal)
  try {
    for await (const reply of ask(limited === undefined ? {} : { signal: limited })) yield { peer, reply }
  } catch (err) {
    signal?.throwIfAborted()
    if (!(err instanceof ClusterError && err.code === 'ERR_NOT_TRUSTED')) yield { peer, error: toError(err) }
  }
}
