import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Has requests that come together on one connection answered one after the other: node:http hands over all of them at
 * once, and answers that wait for their turn would be made and held in memory.
 */
export class Turns {
  /** Requests that wait, by their connection. */
  readonly #waiting = new WeakMap<Socket, number>()

  /** Resolves when all earlier answers of the connection are written; never, when it ends before that. */
  async take({ socket }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (response.socket !== null) return
    const before = this.#waiting.get(socket) ?? 0
    this.#waiting.set(socket, before + 1)
    // More than the ones that are here need not come yet.
    if (before === 0) socket.pause()
    await once(response, 'socket')
    const left = (this.#waiting.get(socket) ?? 1) - 1
    this.#waiting.set(socket, left)
    if (left === 0) socket.resume()
  }
}
