import type { ServerResponse } from 'node:http'
import { STREAM_CHUNK, STREAM_TURN } from './defaults.ts'
import { LoopShare } from './loop-share.ts'

/** One for all answers of the process. */
const share = new LoopShare(STREAM_TURN)

/**
 * Writes lines to a response: together while they come fast, at once when the source makes the writer wait, and no
 * faster than the client reads. What waits to be written is never more than a chunk. Others get their turn in between,
 * also where neither the source nor the client ever makes the writer wait, however many there are that write.
 */
export class LineWriter {
  readonly #response: ServerResponse
  readonly #onOpen: () => void
  #pending = ''
  #isScheduled = false
  #isOpen = false
  #bytes = 0

  /** @param onOpen - sends the head; called before the first line */
  constructor(response: ServerResponse, onOpen: () => void) {
    this.#response = response
    this.#onOpen = onOpen
  }

  /** Bytes written so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** Sends the head now. */
  open(): void {
    this.#isOpen = true
    this.#onOpen()
  }

  /** Writes all there is. Ends early when the client goes away; then the source is told to stop. */
  async writeAll(lines: AsyncIterable<string>, signal: AbortSignal): Promise<void> {
    try {
      for await (const text of lines) {
        signal.throwIfAborted()
        if (!this.#isOpen) this.open()
        this.#pending += text
        if (this.#pending.length >= STREAM_CHUNK) this.#flush()
        else this.#schedule()
        // Also where lines come slowly: a client that reads none of them must not be written to for ever.
        if (this.#response.writableNeedDrain) await drained(this.#response, signal)
        if (share.isUsedUp) await share.next()
      }
    } finally {
      this.#flush()
    }
  }

  /** By the next turn of the loop the source has either given more, which goes along, or it is waiting. */
  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#flush()
    })
  }

  #flush(): void {
    if (this.#pending === '') return
    const text = this.#pending
    this.#pending = ''
    if (this.#response.destroyed) return
    this.#bytes += Buffer.byteLength(text)
    // As text: the bytes of a buffer stay until it is collected, and a long listing is faster than that.
    this.#response.write(text)
  }
}

async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const settle = (finish: () => void) => (): void => {
      response.off('drain', onDrain)
      signal.removeEventListener('abort', onAbort)
      finish()
    }
    const onDrain = settle(resolve)
    const onAbort = settle(() => reject(signal.reason as Error))
    response.on('drain', onDrain)
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
  })
}
