import type { Network } from '@ipfs-cluster/core/network'
import type { Multiaddr } from '@ipfs-cluster/api'
import type { Listening } from './listener.ts'
import { StreamSocket } from './stream-socket.ts'

/** HTTP/1.1 on a stream of its own for each connection; the protocol of go-libp2p-http (spec: rest 7). */
export const LIBP2P_HTTP = '/libp2p-http'

/** A libp2p host that others call: the one of the peer, or one made for a surface. */
export type Libp2pHost = Pick<Network, 'addresses' | 'handle'>

/** Takes the streams of a libp2p host as connections. */
export class Libp2pListener implements Listening {
  readonly #host: Libp2pHost
  readonly #afterClose: () => Promise<void>
  readonly #sockets = new Set<StreamSocket>()
  #unhandle = async (): Promise<void> => {}
  #onEmpty = (): void => {}

  private constructor(host: Libp2pHost, afterClose: () => Promise<void>) {
    this.#host = host
    this.#afterClose = afterClose
  }

  /** @param afterClose - releases the host, when nobody else has it */
  static async open(
    host: Libp2pHost,
    onConnection: (socket: StreamSocket) => void,
    afterClose: () => Promise<void> = async () => {}
  ): Promise<Libp2pListener> {
    const listener = new Libp2pListener(host, afterClose)
    listener.#unhandle = await host.handle(LIBP2P_HTTP, (stream, peer) => {
      const socket = new StreamSocket(stream, peer)
      listener.#follow(socket)
      onConnection(socket)
    })
    return listener
  }

  get addresses(): Multiaddr[] {
    return this.#host.addresses()
  }

  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    await this.#unhandle()
    if (this.#sockets.size > 0) await new Promise<void>((resolve) => (this.#onEmpty = resolve))
    await this.#afterClose()
  }

  #follow(socket: StreamSocket): void {
    this.#sockets.add(socket)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      if (this.#sockets.size === 0) this.#onEmpty()
    })
  }
}
