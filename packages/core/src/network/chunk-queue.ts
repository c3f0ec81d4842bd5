import { toError } from '../util/errors.ts'

/** The reading side of a byte stream: what has come and is not yet read, the end, and what broke it. */
export class ChunkQueue {
  readonly #onTaken: () => void
  readonly #broken = new AbortController()
  #chunks: Uint8Array[] = []
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
    this.#chunks.push(chunk)
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
