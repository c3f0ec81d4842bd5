import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type { Libp2p, PrivateKey, Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { preSharedKey } from '@libp2p/pnet'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { ProtobufWriter } from '../../src/codec/index.ts'
import { swarmKey } from '../../src/network/index.ts'
import { SECRET } from './networks.ts'

const MESHSUB = '/meshsub/1.1.0'

/** Fields of a pubsub message that a test wants to be other than they should. */
export interface Forgery {
  from?: Uint8Array
  signature?: Uint8Array | null
  key?: Uint8Array
}

/** A member of the swarm that says what it likes, also what no pubsub library would send. */
export class RawPeer {
  readonly #host: Libp2p
  readonly #privateKey: PrivateKey
  #stream: Stream | undefined
  #seqno = 1n

  private constructor(host: Libp2p, privateKey: PrivateKey) {
    this.#host = host
    this.#privateKey = privateKey
  }

  static async connect(address: string): Promise<RawPeer> {
    const privateKey = await generateKeyPair('Ed25519')
    const host = await createLibp2p({
      privateKey,
      transports: [tcp()],
      connectionProtector: preSharedKey({ psk: swarmKey(SECRET) }),
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionMonitor: { enabled: false },
      services: { identify: identify() }
    })
    const peer = new RawPeer(host, privateKey)
    await host.handle(MESHSUB, () => {})
    const connection = await host.dial(multiaddr(address))
    peer.#stream = await connection.newStream(MESHSUB)
    return peer
  }

  get id(): string {
    return this.#host.peerId.toString()
  }

  async stop(): Promise<void> {
    await this.#host.stop()
  }

  /** Sends bytes as they are. */
  send(bytes: Uint8Array): void {
    this.#stream?.send(bytes)
  }

  /** Sends a message that is signed, in the frame that goes around it. */
  sendMessage(message: Uint8Array): void {
    const rpc = new ProtobufWriter()
    rpc.bytes(2, message)
    this.send(frame(rpc.finish()))
  }

  async publish(topic: string, data: Uint8Array, forgery: Forgery = {}): Promise<void> {
    const fields = (writer: ProtobufWriter): void => {
      writer.bytes(1, forgery.from ?? this.#host.peerId.toMultihash().bytes)
      writer.bytes(2, data)
      writer.bytes(3, seqnoBytes(this.#seqno))
      writer.bytes(4, Buffer.from(topic))
    }
    const unsigned = new ProtobufWriter()
    fields(unsigned)
    const bytes = Buffer.concat([Buffer.from('libp2p-pubsub:'), unsigned.finish()])
    const signature = forgery.signature === undefined ? await this.#privateKey.sign(bytes) : forgery.signature
    const message = new ProtobufWriter()
    fields(message)
    if (signature !== null) message.bytes(5, signature)
    if (forgery.key !== undefined) message.bytes(6, forgery.key)
    this.#seqno++
    this.sendMessage(message.finish())
  }
}

/** Puts the length in front. */
export function frame(bytes: Uint8Array): Uint8Array {
  const prefix: number[] = []
  let rest = bytes.length
  for (; rest > 0x7f; rest >>>= 7) prefix.push((rest & 0x7f) | 0x80)
  return Buffer.concat([Uint8Array.of(...prefix, rest), bytes])
}

function seqnoBytes(seqno: bigint): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(seqno)
  return bytes
}
