import type { PeerId } from '@ipfs-cluster/api'
import type { ByteStream } from '../network/byte-stream.ts'
import type { AbortOptions } from '../util/startable.ts'
import type { StreamingMethod, UnaryMethod } from './service.ts'

/** The way to other peers, as far as calls need it. */
export interface RpcNetwork {
  /**
   * Opens a stream to a peer, over a connection that there is or a new one.
   *
   * @throws ClusterError `ERR_PEER_UNREACHABLE` when the peer is not there or does not speak the protocol
   */
  open(peer: PeerId, protocol: string, options?: AbortOptions): Promise<ByteStream>

  /**
   * Takes the streams that other peers open. The handler gets the peer as its connection proves it, and must not
   * throw. Peers make many calls at once, so a limit of streams per connection must be high.
   *
   * @returns a function that stops taking streams
   */
  handle(protocol: string, handler: (stream: ByteStream, peer: PeerId) => void): Promise<() => Promise<void>>
}

/**
 * Calls methods of other peers, and of this one: a call to the empty ID or one's own goes straight to the handler,
 * without network, codec or policy.
 *
 * All calls throw ClusterError: `ERR_PEER_UNREACHABLE` when there is no way to the peer, `ERR_NOT_TRUSTED` when it
 * refuses, `ERR_RPC_REMOTE` with the peer's own words when the method failed, `ERR_RPC_SERVER` when the peer does not
 * know the method or cannot read the argument, and `ERR_STREAM` or `ERR_BAD_ENCODING` when the answer does not arrive
 * whole or cannot be read. Aborting throws the signal's reason, and the peer's handler hears of it.
 */
export interface RpcClient {
  call<A, R>(peer: PeerId, method: UnaryMethod<A, R>, argument: A, options?: AbortOptions): Promise<R>

  /**
   * Begins when the first reply is asked for. Arguments are pulled as fast as the peer takes them; leaving the replies
   * early ends the call on both sides.
   */
  stream<A, R>(
    peer: PeerId,
    method: StreamingMethod<A, R>,
    args: AsyncIterable<A> | Iterable<A>,
    options?: AbortOptions
  ): AsyncIterable<R>
  /** The same with the replies in parts, of what has come together: thousands of small ones take less time so. */
  streamParts<A, R>(
    peer: PeerId,
    method: StreamingMethod<A, R>,
    args: AsyncIterable<A> | Iterable<A>,
    options?: AbortOptions
  ): AsyncIterable<readonly R[]>
}
