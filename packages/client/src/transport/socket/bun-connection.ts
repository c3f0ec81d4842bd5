import { portOrDefault } from '../../endpoint.ts'
import type { Endpoint } from '../../endpoint.ts'
import { Inbox } from './connection.ts'
import type { Connection } from './connection.ts'

/** The part of Bun that is used here; its own types would hide those of Node everywhere else. */
export interface BunRuntime {
  connect(options: BunTarget & { socket: BunHandlers }): Promise<BunSocket>
}

type BunTarget = { unix: string } | { hostname: string; port: number }

interface BunSocket {
  /** The number of bytes taken, or -1 when the socket is closed. */
  write(bytes: Uint8Array): number
  pause(): void
  resume(): void
  terminate(): void
}

interface BunHandlers {
  data(socket: BunSocket, chunk: Uint8Array): void
  drain(socket: BunSocket): void
  end(socket: BunSocket): void
  close(socket: BunSocket, error?: unknown): void
  error(socket: BunSocket, error: unknown): void
  connectError(socket: BunSocket, error: unknown): void
}

/** Bun, when this runs on it. */
export function bunRuntime(): BunRuntime | undefined {
  return (globalThis as { Bun?: BunRuntime }).Bun
}

/** Opens a connection without TLS by Bun's own sockets, which take 6 ms less to load than its form of `node:net`. */
export async function openBunConnection(
  bun: BunRuntime,
  endpoint: Endpoint,
  signal: AbortSignal | undefined
): Promise<Connection> {
  const connection = new BunConnection()
  const target =
    endpoint.unixPath === undefined
      ? { hostname: endpoint.host, port: portOrDefault(endpoint) }
      : { unix: endpoint.unixPath }
  const opening = bun.connect({ ...target, socket: connection.handlers })
  connection.attach(signal === undefined ? await opening : await unlessAborted(opening, signal))
  return connection
}

/** Bun cannot give up a connection that is being made: it is closed as soon as it stands. */
async function unlessAborted(opening: Promise<BunSocket>, signal: AbortSignal): Promise<BunSocket> {
  let abort: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      opening.then(
        (socket) => socket.terminate(),
        () => undefined
      )
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', abort, { once: true })
  })
  try {
    return await Promise.race([opening, aborted])
  } finally {
    if (abort !== undefined) signal.removeEventListener('abort', abort)
  }
}

class BunConnection implements Connection {
  readonly handlers: BunHandlers
  readonly #inbox: Inbox
  #socket: BunSocket | undefined
  #closed = false
  /** What the socket has not yet taken of the last write. */
  #unsent: Uint8Array = new Uint8Array(0)
  #drained: (() => void) | undefined

  constructor() {
    this.#inbox = new Inbox({ pause: () => this.#socket?.pause(), resume: () => this.#socket?.resume() })
    this.handlers = {
      data: (_, chunk) => this.#inbox.push(chunk),
      drain: () => this.#flush(),
      end: () => this.#inbox.end(),
      close: (_, error) => this.#end(error),
      error: (_, error) => this.#end(error),
      // The promise of `connect` is rejected as well; without this handler Bun would print the error.
      connectError: () => undefined
    }
  }

  attach(socket: BunSocket): void {
    this.#socket = socket
  }

  next(): Promise<Uint8Array | undefined> {
    return this.#inbox.next()
  }

  /** To be called again only when the promise that it gave has resolved. */
  write(bytes: Uint8Array): Promise<boolean> | boolean {
    this.#unsent = bytes
    this.#flush()
    if (this.#closed || this.#unsent.length === 0) return !this.#closed
    return new Promise((resolve) => {
      this.#drained = () => resolve(!this.#closed)
    })
  }

  destroy(cause?: unknown): void {
    if (cause !== undefined) this.#inbox.fail(cause)
    this.#end(undefined)
    this.#socket?.terminate()
  }

  #flush(): void {
    if (this.#closed || this.#unsent.length === 0) return
    const taken = this.#socket?.write(this.#unsent) ?? 0
    if (taken > 0) this.#unsent = this.#unsent.subarray(taken)
    if (this.#unsent.length === 0) this.#release()
  }

  #end(error: unknown): void {
    this.#closed = true
    if (error !== undefined && error !== null) this.#inbox.fail(error)
    this.#inbox.end()
    this.#release()
  }

  #release(): void {
    const drained = this.#drained
    this.#drained = undefined
    drained?.()
  }
}
