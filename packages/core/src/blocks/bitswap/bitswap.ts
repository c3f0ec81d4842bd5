import type { PeerId } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { ByteStream } from '../../network/byte-stream.ts'
import { readFrames } from '../../network/frames.ts'
import { messageOf, toError } from '../../util/errors.ts'
import type { ComponentLogger, Logger } from '../../util/logger.ts'
import { abortable } from '../../util/signals.ts'
import type { Startable } from '../../util/startable.ts'
import { blockIdOf, cidOfBytes } from '../block-id.ts'
import type { BlockId } from '../block-id.ts'
import type { BlockReader } from '../interface.ts'
import { ProtocolPeers } from '../protocol-peers.ts'
import type { ProtocolNetwork } from '../protocol-peers.ts'
import { BITSWAP_PROTOCOLS, MAX_MESSAGE_SIZE, TICK_INTERVAL } from './defaults.ts'
import { decodeMessage } from './message.ts'
import type { Dialect, ReceivedMessage } from './message.ts'
import { PeerQueue } from './peer-queue.ts'
import type { OutgoingStream } from './peer-queue.ts'
import { Wants } from './wants.ts'
import type { Ask } from './wants.ts'

/** What bitswap needs of the rest of a peer. */
export interface BitswapComponents {
  network: ProtocolNetwork
  /** What is served. */
  blocks: BlockReader
  logger: ComponentLogger
}

/** A block, and who gave it. */
export interface GivenBlock {
  /** Checked against the CID. */
  readonly bytes: Uint8Array
  readonly from: PeerId
}

/** Those who wait for a block. */
interface Waiting {
  count: number
  readonly arrival: PromiseWithResolvers<GivenBlock>
}

/** Streams that one peer may have open to us, each with a message that is not complete. A Go peer has one. */
const MAX_STREAMS = 8

/**
 * Bitswap as peers of a cluster use it (spec: wire 4.8): blocks are asked of connected peers only, and every block that
 * this peer has is served to whoever asks.
 */
export class Bitswap implements Startable {
  readonly #blocks: BlockReader
  readonly #log: Logger
  readonly #peers: ProtocolPeers
  readonly #queues = new Map<PeerId, PeerQueue>()
  readonly #wants = new Wants()
  readonly #waiting = new Map<BlockId, Waiting>()
  #ticks: NodeJS.Timeout | undefined

  constructor({ network, blocks, logger }: BitswapComponents) {
    this.#blocks = blocks
    this.#log = logger.forComponent('bitswap')
    this.#peers = new ProtocolPeers({
      network,
      protocols: BITSWAP_PROTOCOLS,
      maxStreams: MAX_STREAMS,
      onStream: (stream, peer) => void this.#serve(stream, peer),
      onConnect: (peer) => this.#send(this.#wants.connected(peer, performance.now())),
      onDisconnect: (peer) => this.#onDisconnect(peer)
    })
  }

  async start(): Promise<void> {
    await this.#peers.start()
  }

  async stop(): Promise<void> {
    await this.#peers.stop()
    clearInterval(this.#ticks)
    for (const peer of [...this.#queues.keys()]) this.#onDisconnect(peer)
  }

  /** Gets a block from whichever connected peer has it; waits until one does or the signal aborts. */
  async want(cid: CID, { signal }: { signal: AbortSignal }): Promise<GivenBlock> {
    signal.throwIfAborted()
    const id = blockIdOf(cid)
    const waiting = this.#waiting.get(id) ?? { count: 0, arrival: Promise.withResolvers<GivenBlock>() }
    waiting.count++
    this.#waiting.set(id, waiting)
    this.#send(this.#wants.add(cid, performance.now()))
    this.#ticks ??= setInterval(() => this.#tick(), TICK_INTERVAL).unref()
    try {
      return await abortable(waiting.arrival.promise, { signal })
    } finally {
      waiting.count--
      if (waiting.count === 0 && this.#waiting.get(id) === waiting) this.#forget(id)
    }
  }

  /** Sends a block that came to those who asked for it before. */
  arrived(id: BlockId, bytes: Uint8Array): void {
    for (const queue of this.#queues.values()) queue.arrived(id, bytes)
  }

  /** Gives a block that came in another way to those who wait for it, here and on other peers. */
  give(id: BlockId, block: GivenBlock): void {
    this.arrived(id, block.bytes)
    this.#settle(id, block)
  }

  #forget(id: BlockId): void {
    this.#waiting.delete(id)
    this.#send(this.#wants.remove(id))
  }

  #tick(): void {
    this.#send(this.#wants.tick(performance.now()))
    if (this.#wants.size > 0) return
    clearInterval(this.#ticks)
    this.#ticks = undefined
  }

  #send(asks: readonly Ask[]): void {
    for (const { peer, entry } of asks) this.#queueOf(peer).ask(entry)
  }

  #queueOf(peer: PeerId): PeerQueue {
    const known = this.#queues.get(peer)
    if (known !== undefined) return known
    const queue = new PeerQueue({ open: (signal) => this.#open(peer, signal), blocks: this.#blocks, log: this.#log })
    this.#queues.set(peer, queue)
    return queue
  }

  async #open(peer: PeerId, signal: AbortSignal): Promise<OutgoingStream> {
    const { stream, protocol } = await this.#peers.open(peer, { signal })
    void discard(stream)
    return { bytes: stream, dialect: dialectOf(protocol) }
  }

  #onDisconnect(peer: PeerId): void {
    this.#queues.get(peer)?.stop()
    this.#queues.delete(peer)
    this.#send(this.#wants.disconnected(peer, performance.now()))
  }

  /** Reads what a peer sends. Messages go in one direction: answers go on a stream of our own. */
  async #serve(stream: ByteStream, peer: PeerId): Promise<void> {
    try {
      for await (const message of readFrames(stream, MAX_MESSAGE_SIZE)) this.#receive(decodeMessage(message), peer)
      await stream.close()
    } catch (err) {
      this.#log.debug(`the stream of ${peer} broke: ${messageOf(err)}`)
      stream.abort(toError(err))
    }
  }

  #receive({ wants, full, presences, blocks }: ReceivedMessage, peer: PeerId): void {
    // A hash costs time, so nobody makes us compute one when nothing is wanted.
    for (const bytes of blocks) if (this.#wants.size > 0) this.#receiveBlock(bytes, peer)
    for (const { cid, isThere } of presences) {
      this.#send(this.#wants.heard(peer, blockIdOf(cid), isThere, performance.now()))
    }
    if ((wants.length > 0 || full) && this.#peers.has(peer)) this.#queueOf(peer).asked(wants, full)
  }

  #receiveBlock(bytes: Uint8Array, peer: PeerId): void {
    const id = blockIdOf(cidOfBytes(bytes))
    if (this.#waiting.has(id)) this.#settle(id, { bytes: new Uint8Array(bytes), from: peer })
  }

  #settle(id: BlockId, block: GivenBlock): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    this.#waiting.delete(id)
    this.#send(this.#wants.remove(id, block.from))
    waiting.arrival.resolve(block)
  }
}

/** Nothing is to come on a stream that we opened; what comes all the same must not pile up. */
async function discard(stream: ByteStream): Promise<void> {
  try {
    for await (const _ of stream);
  } catch {
    // Who writes on the stream next finds it broken.
  }
}

function dialectOf(protocol: string): Dialect {
  return {
    presences: protocol === '/ipfs/bitswap/1.2.0',
    prefixes: protocol === '/ipfs/bitswap/1.2.0' || protocol === '/ipfs/bitswap/1.1.0'
  }
}
