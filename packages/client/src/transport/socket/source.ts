import type { Socket } from 'node:net'

/**
 * The bytes that come from a socket, pulled one chunk at a time. The socket is paused while nobody pulls, so what is
 * held is one chunk, and the sender is held back by TCP.
 */
export class SocketSource {
  readonly #socket: Socket
  readonly #chunks: Uint8Array[] = []
  #ended = false
  #failure: { cause: unknown } | undefined
  #wake: (() => void) | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Uint8Array) => {
      this.#chunks.push(chunk)
      socket.pause()
      this.#notify()
    })
    socket.on('end', () => this.#end())
    socket.on('close', () => this.#end())
    socket.on('error', (error) => this.fail(error))
    socket.pause()
  }

  /** The next chunk; undefined once the other side has ended. */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const chunk = this.#chunks.shift()
      if (chunk !== undefined) return chunk
      if (this.#failure !== undefined) throw this.#failure.cause
      if (this.#ended) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        this.#socket.resume()
      })
    }
  }

  /** Makes `next` throw once what has already come is taken. The first cause is kept. */
  fail(cause: unknown): void {
    this.#failure ??= { cause }
    this.#notify()
  }

  #end(): void {
    this.#ended = true
    this.#notify()
  }

  #notify(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}
