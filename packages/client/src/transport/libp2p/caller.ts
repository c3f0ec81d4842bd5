import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import type { DNS } from '@multiformats/dns'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { dialFailed, streamFailed } from './failure.ts'
import { Gate } from './gate.ts'
import type { PeerTarget } from './target.ts'

/** HTTP/1.1, one request a stream; the protocol of go-libp2p-http. */
const LIBP2P_HTTP = '/libp2p-http'

/** Requests at a time; each is a stream on the one connection. */
const MAX_STREAMS = 4096

/** What a {@link Caller} may be told. */
export interface CallerInit {
  readonly target: PeerTarget
  /** The secret of the private network, 32 bytes; absent: there is none. */
  readonly secret?: Uint8Array | undefined
  /** Who is asked about `/dnsaddr` names; absent: the name servers of the system. */
  readonly dns?: DNS | undefined
}

/** A libp2p host that calls one peer, and takes no calls. */
export class Caller {
  readonly #libp2p: Libp2p
  readonly #init: CallerInit
  readonly #gate: Gate
  #connection: Connection | undefined

  private constructor(libp2p: Libp2p, init: CallerInit, gate: Gate) {
    this.#libp2p = libp2p
    this.#init = init
    this.#gate = gate
  }

  static async start(init: CallerInit): Promise<Caller> {
    const gate = new Gate(init.secret)
    const libp2p = await createLibp2p({
      addresses: { listen: [] },
      transports: [tcp(), webSockets()],
      connectionProtector: () => gate,
      ...(init.dns !== undefined && { dns: init.dns }),
      connectionEncrypters: [noise()],
      streamMuxers: [yamux({ maxOutboundStreams: MAX_STREAMS })],
      connectionMonitor: { enabled: false }
    })
    return new Caller(libp2p, init, gate)
  }

  async stop(): Promise<void> {
    await this.#libp2p.stop()
  }

  /**
   * Opens a stream for one request.
   *
   * @returns the stream, and the ID of the peer that is at its other end
   * @throws TransportError
   */
  async open(signal: AbortSignal | undefined): Promise<{ stream: Stream; peer: string }> {
    const connection = await this.#connect(signal)
    try {
      const options = { maxOutboundStreams: MAX_STREAMS, ...(signal !== undefined && { signal }) }
      const stream = await connection.newStream(LIBP2P_HTTP, options)
      return { stream, peer: connection.remotePeer.toString() }
    } catch (error) {
      throw streamFailed(error, LIBP2P_HTTP)
    }
  }

  async #connect(signal: AbortSignal | undefined): Promise<Connection> {
    if (this.#connection?.status === 'open') return this.#connection
    const { address } = this.#init.target
    this.#gate.hasAnswered = false
    try {
      this.#connection = await this.#libp2p.dial(multiaddr(address), signal === undefined ? {} : { signal })
      return this.#connection
    } catch (error) {
      throw dialFailed(error, {
        ...this.#init.target,
        hasAnswered: this.#gate.hasAnswered,
        hasSecret: this.#init.secret !== undefined
      })
    }
  }
}
