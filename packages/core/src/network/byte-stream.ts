import type { AbortOptions } from '../util/startable.ts'

/**
 * A stream of bytes to another peer and back: what a protocol with its own framing needs of a libp2p stream, and no
 * more. Each direction is ended for itself.
 */
export interface ByteStream extends AsyncIterable<Uint8Array> {
  /**
   * Aborts when the stream breaks: it was reset by the other side, the connection was lost, or {@link abort} was
   * called. That the other side has ended its writing in good order breaks nothing.
   */
  readonly broken: AbortSignal

  /**
   * The bytes as they come, in the order in which they were written. Ends when the other side has ended its writing,
   * also if it did so before anybody read. What is not read holds the other side up. There is one reader; a loop that
   * was left can be gone on with by another one.
   *
   * @throws ClusterError `ERR_STREAM` when the stream broke instead, or what {@link abort} was given
   */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, void, undefined>

  /**
   * Writes, and waits while too much is on its way.
   *
   * @param bytes - must not be changed afterwards
   * @throws the reason when the stream breaks; the stream must be aborted when `signal` ended the wait
   */
  write(bytes: Uint8Array, options?: AbortOptions): Promise<void>

  /** Ends the writing; the other side sees the end after all that was written before. Reading goes on. */
  closeWrite(options?: AbortOptions): Promise<void>

  /**
   * Ends both directions in good order: all that was written arrives, what still comes is thrown away, and if the
   * other side does not end its writing within reasonable time the stream is reset. Resolves when the end is on its
   * way; never rejects.
   */
  close(): Promise<void>

  /** Resets the stream at once: whatever has not arrived may never do so. Everything that waits throws the reason. */
  abort(reason: Error): void
}
