import { toError } from '../util/errors.ts'

/** Chunks up to this size are put together while they wait, or a stream of single bytes would cost an object for each. */
const SMALL_CHUNK = 1024
const GATHERED_CHUNK = 16 * 1024

/** The reading side of a byte stream: what has come and is not yet read, the end, and what broke it. */
export class ChunkQueue {
  readonly #onTaken: () => void
  readonly #broken = new AbortController()
  #chunks: Uint8Array[] = []
  /** What the last of the chunks is a part of when small ones were put together, and how full it is. */
  #gathered = { buffer: new Uint8Array(0), end: 0 }
  #size = 0
  #hasEnded = false
  #wake = (): void => {}

  /** @param onTaken - hears when there is less in the queue than before */
  constructor(onTaken: () => void) {
    this.#onTaken = onTaken
  }

  /** Bytes that wait to be read. */
  get size(): number {
    return this.#size
  }

  /** Aborts with the reason of {@link fail}. */
  get broken(): AbortSignal {
    return this.#broken.signal
  }

  /** Adds what has come; thrown away once the reading has ended. */
  push(chunk: Uint8Array): void {
    if (this.#hasEnded || this.broken.aborted || chunk.length === 0) return
    if (chunk.length > SMALL_CHUNK || this.#chunks.length === 0) this.#chunks.push(chunk)
    else this.#gather(chunk)
    this.#size += chunk.length
    this.#wake()
  }

  /** Nothing comes any more; what has come can still be read. */
  end(): void {
    this.#hasEnded = true
    this.#wake()
  }

  /** The stream broke. What had come before can still be read, then the reason is thrown. */
  fail(reason: unknown): void {
    if (this.broken.aborted) return
    this.#broken.abort(toError(reason))
    this.#wake()
  }

  /** Throws away what waits. */
  clear(): void {
    this.#chunks = []
    this.#size = 0
    this.#onTaken()
  }

  /** Puts a small chunk behind the last one, which may be of the same kind. */
  #gather(chunk: Uint8Array): void {
    const last = this.#chunks.at(-1)
    const { buffer, end } = this.#gathered
    const isOpen = last?.buffer === buffer.buffer && end + chunk.length <= buffer.length
    const target = isOpen ? this.#gathered : { buffer: new Uint8Array(GATHERED_CHUNK), end: 0 }
    const start = isOpen ? end - last.length : 0
    target.buffer.set(chunk, target.end)
    target.end += chunk.length
    this.#gathered = target
    if (isOpen) this.#chunks.pop()
    this.#chunks.push(target.buffer.subarray(start, target.end))
  }

  async *read(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const chunk = this.#chunks.shift()
      if (chunk !== undefined) {
        this.#size -= chunk.length
        this.#onTaken()
        yield chunk
      } else if (this.#hasEnded) {
        return
      } else {
        this.broken.throwIfAborted()
        await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    }
  }
}
