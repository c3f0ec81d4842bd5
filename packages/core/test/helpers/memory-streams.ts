import { ClusterError } from '@ipfs-cluster/api'
import type { PeerId } from '@ipfs-cluster/api'
import type { ByteStream } from '../../src/network/byte-stream.ts'
import { ChunkQueue } from '../../src/network/chunk-queue.ts'
import { messageOf } from '../../src/util/errors.ts'

/** Bytes that are on their way before a writer waits. */
const WINDOW = 64 * 1024

/** One side of a stream between two objects of this process. */
export class MemoryStream implements ByteStream {
  /** What was done on this side, in order. */
  readonly events: string[] = []
  /** Everything that was written on this side. */
  readonly written: Uint8Array[] = []
  readonly #incoming = new ChunkQueue(() => this.#wakeWriter())
  #wakeWriter = (): void => {}
  #other!: MemoryStream

  static pair(): [MemoryStream, MemoryStream] {
    const [a, b] = [new MemoryStream(), new MemoryStream()]
    a.#other = b
    b.#other = a
    return [a, b]
  }

  get broken(): AbortSignal {
    return this.#incoming.broken
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, void, undefined> {
    return this.#incoming.read()
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.broken.throwIfAborted()
    this.written.push(bytes)
    const queue = this.#other.#incoming
    queue.push(bytes)
    while (queue.size > WINDOW) {
      await new Promise<void>((resolve) => {
        this.#other.#wakeWriter = resolve
        this.broken.addEventListener('abort', () => resolve(), { once: true })
      })
      this.broken.throwIfAborted()
    }
  }

  async closeWrite(): Promise<void> {
    this.events.push('close-write')
    this.#other.#incoming.end()
  }

  async close(): Promise<void> {
    if (this.broken.aborted) return
    this.events.push('close')
    this.#incoming.end()
    this.#incoming.clear()
    this.#other.#incoming.end()
  }

  abort(reason: Error): void {
    this.events.push(`reset: ${messageOf(reason)}`)
    this.#incoming.fail(reason)
    this.#incoming.clear()
    this.#other.#incoming.fail(new Error('stream reset'))
  }
}

type Handler = (stream: ByteStream, peer: PeerId) => void

/** Peers that reach one another within this process. */
export class MemoryNetwork {
  readonly #handlers = new Map<string, Handler>()
  /** Both ends of every stream so far: the caller's and the other. */
  readonly streams: [MemoryStream, MemoryStream][] = []

  /** The network as one of the peers sees it. */
  of(self: PeerId): {
    open(peer: PeerId, protocol: string): Promise<MemoryStream>
    handle(protocol: string, handler: Handler): Promise<() => Promise<void>>
  } {
    return {
      open: async (peer, protocol) => {
        const handler = this.#handlers.get(`${peer} ${protocol}`)
        if (handler === undefined) throw new ClusterError('ERR_PEER_UNREACHABLE', `failed to dial ${peer}`)
        const [here, there] = MemoryStream.pair()
        this.streams.push([here, there])
        handler(there, self)
        return here
      },
      handle: async (protocol, handler) => {
        this.#handlers.set(`${self} ${protocol}`, handler)
        return async () => void this.#handlers.delete(`${self} ${protocol}`)
      }
    }
  }
}
