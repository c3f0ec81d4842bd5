import type { MessageStream } from '@libp2p/interface'
import { toError } from '../util/errors.ts'

/** Bytes that wait for no more: the copies would cost more than what is saved. */
const ENOUGH = 16 * 1024

/**
 * Sends what is written in one turn of the event loop together. A call between peers is some ten small frames, each of
 * which would be encrypted by itself, be a packet, and cost both sides a call of the system and a turn.
 *
 * @returns a function that sends at once what waits; to be called before that is closed which the stream goes over
 */
export function gatherWrites(stream: MessageStream): () => void {
  const send = stream.send.bind(stream)
  let waiting: Uint8Array[] = []
  let size = 0
  let turn: NodeJS.Immediate | undefined

  function flush(): void {
    clearImmediate(turn)
    turn = undefined
    if (size === 0) return
    const gathered = waiting.length === 1 ? waiting[0] : Buffer.concat(waiting, size)
    waiting = []
    size = 0
    if (gathered !== undefined) sendIfOpen(gathered)
  }

  /** Whoever writes to a stream that is closed or fails hears of that from the stream. */
  function sendIfOpen(gathered: Uint8Array): void {
    if (stream.status !== 'open') return
    try {
      send(gathered)
    } catch (err) {
      stream.abort(toError(err))
    }
  }

  stream.send = (data) => {
    if (stream.status !== 'open' || (size === 0 && data.byteLength >= ENOUGH)) return send(data)
    waiting.push(data.subarray())
    size += data.byteLength
    if (size >= ENOUGH) flush()
    else turn ??= setImmediate(flush)
    return !stream.writableNeedsDrain
  }
  return flush
}
