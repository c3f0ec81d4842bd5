import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { once } from 'node:events'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type { Connection, Libp2p, MessageStream, PrivateKey, StreamMuxerFactory } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { preSharedKey } from '@libp2p/pnet'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { xsalsa20 } from '@noble/ciphers/salsa.js'
import { createLibp2p } from 'libp2p'
import { swarmKey } from '../../src/network/index.ts'
import type { ByteStream } from '../../src/network/index.ts'
import { libp2pByteStream } from '../../src/network/libp2p-byte-stream.ts'

/** Whom the attacks are for. */
export interface Target {
  /** Where it listens, with `/p2p/<id>` at the end. */
  address: string
  secret: Uint8Array
  /** Name of its cluster, which names the topic. */
  clusterName: string
}

/** How a stream is left once everything is sent. */
export type Ending = 'closeWrite' | 'abort' | 'close' | 'leave'

/** Streams and sockets that an attack keeps open at most, so that it does not run out of them before its target. */
const MAX_LEFT = 128

/** Milliseconds that the target has to react to one input. It need not. */
const PATIENCE = 25

/** What every peer of ours offers and an attacker has to offer to be spoken to. */
const OFFERED = ['/meshsub/1.1.0', '/ipfs/bitswap/1.2.0', '/ipfscluster-ts/deltas/1.0.0', '/ipfs/lan/kad/1.0.0']

/** A member of the swarm that knows the secret and says what it likes. */
export class HostilePeer {
  readonly target: Target
  readonly privateKey: PrivateKey
  readonly host: Libp2p
  #left: ByteStream[] = []
  #sockets: Socket[] = []

  private constructor(target: Target, privateKey: PrivateKey, host: Libp2p) {
    this.target = target
    this.privateKey = privateKey
    this.host = host
  }

  /** @param onStream - what is done with the streams that the target opens; they are left alone when absent */
  static async create(target: Target, onStream?: (stream: ByteStream, protocol: string) => void): Promise<HostilePeer> {
    const privateKey = await generateKeyPair('Ed25519')
    const host = await hostOf(target, privateKey, yamux({ maxInboundStreams: 10_000, maxOutboundStreams: 10_000 }))
    for (const protocol of OFFERED) {
      await host.handle(
        protocol,
        (stream) => {
          const bytes = libp2pByteStream(stream)
          if (onStream === undefined) void discard(bytes)
          else onStream(bytes, protocol)
        },
        { maxInboundStreams: 10_000 }
      )
    }
    return new HostilePeer(target, privateKey, host)
  }

  get id(): string {
    return this.host.peerId.toString()
  }

  /** The connection to the target, made anew when it hung up. */
  async connection(): Promise<Connection> {
    return this.host.dial(multiaddr(this.target.address), { signal: AbortSignal.timeout(10_000) })
  }

  async open(protocol: string): Promise<ByteStream> {
    const connection = await this.connection()
    const signal = AbortSignal.timeout(5000)
    const options = { signal, maxOutboundStreams: 10_000 }
    try {
      return libp2pByteStream(await connection.newStream(protocol, options))
    } catch {
      // A connection that the target has given up may still look open: a new one is made.
      connection.abort(new Error('of no use'))
      return libp2pByteStream(await (await this.connection()).newStream(protocol, options))
    }
  }

  /** Sends bytes on a stream of their own, and gives what came back until the target fell silent. */
  async throwAt(protocol: string, bytes: Uint8Array, ending: Ending): Promise<Uint8Array> {
    // A target that has had enough may refuse the stream, or break it; that is its right.
    const stream = await this.open(protocol).catch(() => undefined)
    if (stream === undefined) return new Uint8Array(0)
    try {
      const signal = AbortSignal.timeout(1000)
      await stream.write(bytes, { signal })
      if (ending === 'closeWrite') await stream.closeWrite({ signal })
      return await this.#listen(stream)
    } catch {
      return new Uint8Array(0)
    } finally {
      this.#end(stream, ending)
    }
  }

  /** Sends a request, and gives everything that comes back until the target ends its answer. */
  async ask(protocol: string, request: Uint8Array): Promise<Uint8Array> {
    const stream = await this.open(protocol)
    const chunks: Uint8Array[] = []
    try {
      await stream.write(request)
      for await (const chunk of stream) chunks.push(chunk)
    } finally {
      stream.abort(new Error('asked'))
    }
    return Buffer.concat(chunks)
  }

  /** Sends bytes on a connection that has no secret nor anything else yet. */
  async throwAtPort(bytes: Uint8Array, ending: 'end' | 'reset' | 'leave'): Promise<void> {
    const [, , host = '', , port = ''] = this.target.address.split('/')
    const socket = connect(Number(port), host)
    socket.on('error', () => {})
    this.#sockets.push(socket)
    try {
      await once(socket, 'connect')
    } catch {
      return
    }
    socket.resume()
    socket.write(bytes)
    if (ending === 'end') socket.end()
    else if (ending === 'reset') socket.resetAndDestroy()
    if (this.#sockets.length > MAX_LEFT) this.#sockets.shift()?.destroy()
  }

  /** The same within the private network: the bytes come out at the other end of the cipher as they are. */
  async throwAtCipher(plain: Uint8Array, ending: 'end' | 'reset' | 'leave'): Promise<void> {
    const nonce = crypto.getRandomValues(new Uint8Array(24))
    const sealed = xsalsa20(this.target.secret, nonce, plain)
    await this.throwAtPort(Buffer.concat([nonce, sealed]), ending)
  }

  /** Bytes in the place of frames of the multiplexer, behind a handshake as it should be. */
  async throwAtMuxer(bytes: Uint8Array): Promise<void> {
    const muxer = new FrameSender(bytes)
    const host = await hostOf(this.target, await generateKeyPair('Ed25519'), () => muxer)
    try {
      await host.dial(multiaddr(this.target.address), { signal: AbortSignal.timeout(2000) }).catch(() => {})
      await Promise.race([muxer.ended, sleep(PATIENCE)])
    } finally {
      await host.stop()
    }
  }

  /** Ends what the attacks have left open. */
  letGo(): void {
    for (const stream of this.#left.splice(0)) stream.abort(new Error('the attack is over'))
    for (const socket of this.#sockets.splice(0)) socket.destroy()
  }

  async stop(): Promise<void> {
    this.letGo()
    await this.host.stop()
  }

  async #listen(stream: ByteStream): Promise<Uint8Array> {
    const chunks: Uint8Array[] = []
    const read = async (): Promise<void> => {
      for await (const chunk of stream) if (chunks.length < 16) chunks.push(chunk)
    }
    await Promise.race([read().catch(() => {}), sleep(PATIENCE)])
    return Buffer.concat(chunks)
  }

  #end(stream: ByteStream, ending: Ending): void {
    if (ending === 'leave') {
      this.#left.push(stream)
      if (this.#left.length > MAX_LEFT) this.#left.shift()?.abort(new Error('too many'))
    } else if (ending === 'close') void stream.close()
    else stream.abort(new Error('gone'))
  }
}

function hostOf({ secret }: Target, privateKey: PrivateKey, muxer: () => StreamMuxerFactory): Promise<Libp2p> {
  return createLibp2p({
    privateKey,
    transports: [tcp()],
    connectionProtector: preSharedKey({ psk: swarmKey(secret) }),
    connectionEncrypters: [noise()],
    streamMuxers: [muxer],
    connectionMonitor: { enabled: false },
    connectionGater: { denyDialMultiaddr: () => false },
    services: { identify: identify() }
  })
}

/** A multiplexer that sends the bytes that it is given, and understands nothing. */
class FrameSender implements StreamMuxerFactory {
  readonly protocol = '/yamux/1.0.0'
  readonly #bytes: Uint8Array
  readonly #ended = Promise.withResolvers<void>()

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Resolves when the other side has hung up. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  createStreamMuxer(connection: MessageStream): ReturnType<StreamMuxerFactory['createStreamMuxer']> {
    connection.addEventListener('close', () => this.#ended.resolve())
    connection.addEventListener('message', () => {})
    for (let at = 0; at < this.#bytes.length; at += 60_000) {
      if (connection.status === 'open') connection.send(this.#bytes.subarray(at, at + 60_000))
    }
    const muxer = Object.assign(new EventTarget(), {
      protocol: this.protocol,
      streams: [],
      status: 'open',
      createStream: () => Promise.reject(new Error('there are no streams here')),
      abort: () => {},
      close: async () => {},
      listenerCount: () => 0,
      safeDispatchEvent: () => false
    })
    return muxer as unknown as ReturnType<StreamMuxerFactory['createStreamMuxer']>
  }
}

async function discard(stream: ByteStream): Promise<void> {
  try {
    for await (const _ of stream);
  } catch {
    // Whatever the target does with its stream.
  }
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
