import type { IncomingMessage } from 'node:http'

/** What an upload that nobody wants may still send: enough that what its sender had begun to send gets through. */
const DRAIN_BYTES = 32 << 20
/** The time for that, in which the sender can read its answer and stop. */
const DRAIN_MS = 5000

/**
 * Throws away what of a request's body was not read. To close a connection with unread bytes on it is to reset it, and
 * a sender in the middle of its body would lose the answer, which may be what it must know: that the disk is full.
 * What does not come to its end is cut off then, with its connection.
 */
export async function drainBody(request: IncomingMessage): Promise<void> {
  if (request.readableEnded || request.destroyed) return
  const { promise, resolve } = Promise.withResolvers<void>()
  let left = DRAIN_BYTES
  const onData = (chunk: Uint8Array): void => {
    left -= chunk.length
    // The sender is held up, and has the rest of the time to see its answer.
    if (left < 0) request.pause()
  }
  const timer = setTimeout(resolve, DRAIN_MS)
  timer.unref()
  request.on('data', onData).once('end', resolve).once('close', resolve).resume()
  await promise
  clearTimeout(timer)
  request.off('data', onData).off('end', resolve).off('close', resolve)
  if (!request.readableEnded) request.destroy()
}
