import type { ByteSource } from './http1.ts'

/** An open connection. What comes is pulled, what is sent is awaited: neither side can flood the other. */
export interface Connection extends ByteSource {
  /** Resolves when there is room for more: to true, or to false when the connection has ended. */
  write(bytes: Uint8Array): Promise<boolean> | boolean
  /** Ends the connection. `next` throws the cause once what has already come is taken; without one it just ends. */
  destroy(cause?: unknown): void
}

/** How a connection holds its sender back. */
export interface Flow {
  pause(): void
  resume(): void
}

/** What has come and is not yet taken. The sender is held back while nobody pulls, so it is one chunk or two. */
export class Inbox implements ByteSource {
  readonly #flow: Flow
  readonly #chunks: Uint8Array[] = []
  #ended = false
  #failure: { cause: unknown } | undefined
  #wake: (() => void) | undefined

  constructor(flow: Flow) {
    this.#flow = flow
  }

  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const chunk = this.#chunks.shift()
      if (chunk !== undefined) return chunk
      if (this.#failure !== undefined) throw this.#failure.cause
      if (this.#ended) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        this.#flow.resume()
      })
    }
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#flow.pause()
    this.#notify()
  }

  end(): void {
    this.#ended = true
    this.#notify()
  }

  /** The first cause is kept. */
  fail(cause: unknown): void {
    this.#failure ??= { cause }
    this.#notify()
  }

  #notify(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}
