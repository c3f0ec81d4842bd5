import type { Stream } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import { FrameReader } from './frame-reader.ts'

const SENT_EVENTS = ['drain', 'idle', 'close'] as const

/**
 * Hands over the messages of a stream as they come. Nothing is held back: the protocol bounds what can be on its way.
 * A message that makes no sense resets the stream.
 *
 * @param onMessage may throw, which counts as such a message
 * @param onRubbish told of it first
 */
export function readMessages(
  stream: Stream,
  maxSize: number,
  onMessage: (message: Uint8Array) => void,
  onRubbish: (err: Error) => void = () => {}
): void {
  const frames = new FrameReader(maxSize, onMessage)
  stream.addEventListener('message', ({ data }) => {
    if (stream.status !== 'open') return
    try {
      for (const chunk of data instanceof Uint8Array ? [data] : data) frames.push(chunk)
    } catch (err) {
      const reason = err instanceof Error ? err : new Error(String(err))
      onRubbish(reason)
      stream.abort(reason)
    }
  })
}

/** Sends, and waits while more than `maxUnsent` bytes have not left. @throws Error when the stream breaks */
export async function sendAndWait(stream: Stream, bytes: Uint8ArrayList, maxUnsent: number): Promise<void> {
  stream.send(bytes)
  // libp2p's own wait ends before a full window of the muxer is free again.
  while (stream.writeBufferLength > maxUnsent) {
    if (stream.status !== 'open') throw new Error('the stream broke')
    await somethingSent(stream)
  }
}

async function somethingSent(stream: Stream): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const onSent = (): void => resolve()
  for (const event of SENT_EVENTS) stream.addEventListener(event, onSent)
  await promise
  for (const event of SENT_EVENTS) stream.removeEventListener(event, onSent)
}
