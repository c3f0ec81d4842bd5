import { setTimeout as delay } from 'node:timers/promises'
import type { PeerId } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { ByteStream } from '../../network/byte-stream.ts'
import { messageOf } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { withTimeout } from '../../util/signals.ts'
import { Bitswap } from '../bitswap/bitswap.ts'
import { blockIdOf, cidOfBlockId, cidOfBytes } from '../block-id.ts'
import type { BlockId } from '../block-id.ts'
import type { BlockReader } from '../interface.ts'
import { ProtocolPeers } from '../protocol-peers.ts'
import { askFollow, askHeads, askStretch } from './client.ts'
import { DELTAS_PROTOCOL, FOLLOW_PAUSE, MAX_STREAMS_PER_PEER, STEP_TIMEOUT } from './defaults.ts'
import { Followers } from './followers.ts'
import type { DeltaExchange, DeltaExchangeComponents, DeltaExchangeInit, HeadsMessage } from './interface.ts'
import type { StretchRequest } from './messages.ts'
import { readNode } from './node.ts'
import { Prefetcher } from './prefetcher.ts'
import { PushedBlocks } from './pushed-blocks.ts'
import { DeltaServer } from './server.ts'

/** Bitswap, and beside it our own protocol with peers that offer it. */
export class PeerDeltaExchange implements DeltaExchange {
  readonly #components: DeltaExchangeComponents
  readonly #log: Logger
  readonly #bitswap: Bitswap
  /** Absent when only what Go peers know is spoken. */
  readonly #peers: ProtocolPeers | undefined
  readonly #followers = new Followers()
  readonly #pushed = new PushedBlocks()
  readonly #listeners = new Set<(message: HeadsMessage) => void>()
  /** Peers that were asked for their heads, and what ends following them. */
  readonly #heard = new Map<PeerId, AbortController>()
  #prefetcher: Prefetcher | undefined
  #abort: AbortController | undefined

  constructor(components: DeltaExchangeComponents, init: DeltaExchangeInit = {}) {
    const { network, replica, logger } = components
    this.#components = components
    this.#log = logger.forComponent('deltas')
    const blocks: BlockReader = {
      get: (cid, options) => replica().blocks.get(cid, options),
      has: (cid, options) => replica().blocks.has(cid, options)
    }
    this.#bitswap = new Bitswap({ network, logger, blocks })
    if (init.stretches === false) return
    const server = new DeltaServer({
      blocks,
      heads: () => replica().heads,
      isTrusted: (peer) => replica().isTrusted(peer),
      followers: this.#followers,
      log: this.#log
    })
    this.#peers = new ProtocolPeers({
      network,
      protocols: [DELTAS_PROTOCOL],
      maxStreams: MAX_STREAMS_PER_PEER,
      onStream: (stream, peer) => void server.serve(stream, peer),
      onConnect: (peer) => this.#listen(peer),
      onDisconnect: (peer) => this.#forget(peer)
    })
  }

  async start(): Promise<void> {
    if (this.#abort !== undefined) return
    this.#abort = new AbortController()
    this.#prefetcher = new Prefetcher({
      ask: (peer, request, signal) => this.#ask(peer, request, signal),
      want: async (id, signal) => this.#bitswap.want(cidOfBlockId(id), { signal }),
      peers: () => this.#peers?.all() ?? [],
      mergedOf: (ids) => this.#components.replica().mergedOf(ids),
      onBlock: (id, bytes) => this.#bitswap.arrived(id, bytes),
      log: this.#log
    })
    await this.#bitswap.start()
    await this.#peers?.start()
  }

  async stop(): Promise<void> {
    this.#abort?.abort()
    this.#abort = undefined
    await this.#prefetcher?.stop()
    this.#prefetcher = undefined
    await this.#peers?.stop()
    await this.#bitswap.stop()
  }

  async getBlock(cid: CID, options: { signal: AbortSignal }): Promise<Uint8Array> {
    const prefetched = await this.#prefetcher?.take(blockIdOf(cid), options)
    if (prefetched !== undefined) return prefetched
    const { bytes, from } = await this.#bitswap.want(cid, options)
    this.#bitswap.arrived(blockIdOf(cid), bytes)
    await this.#lookBelow(bytes, from)
    return bytes
  }

  takeAtHand(cid: CID): Uint8Array | undefined {
    const id = blockIdOf(cid)
    return this.#pushed.take(id) ?? this.#prefetcher?.takeAtHand(id)
  }

  push(blocks: readonly Uint8Array[]): readonly PeerId[] {
    return this.#followers.push(blocks)
  }

  onHeads(listener: (message: HeadsMessage) => void): () => void {
    const own = (message: HeadsMessage): void => listener(message)
    this.#listeners.add(own)
    for (const peer of this.#peers?.all() ?? []) this.#listen(peer)
    return () => this.#listeners.delete(own)
  }

  /** Blocks below this one are missing too, unless we have them. */
  async #lookBelow(bytes: Uint8Array, giver: PeerId): Promise<void> {
    if (this.#prefetcher === undefined) return
    const replica = this.#components.replica()
    const links = linksOf(bytes)
    const merged = await replica.mergedOf(links)
    const missing = links.filter((id) => !merged.has(id) && !this.#pushed.has(id))
    if (missing.length > 0) this.#prefetcher.fetch(missing, replica.isComplete ? replica.heads : [], giver)
  }

  async *#ask(peer: PeerId, request: StretchRequest, signal: AbortSignal): AsyncGenerator<readonly Uint8Array[]> {
    yield* askStretch(await this.#open(peer, signal), request, { signal })
  }

  async #open(peer: PeerId, signal: AbortSignal): Promise<ByteStream> {
    if (this.#peers === undefined) throw new Error('our own protocol is turned off')
    const { stream } = await this.#peers.open(peer, { signal: withTimeout(STEP_TIMEOUT, signal) })
    return stream
  }

  /** Asks a peer for its heads, once for each time that it connects. */
  #listen(peer: PeerId): void {
    if (this.#listeners.size === 0 || this.#heard.has(peer) || this.#abort === undefined) return
    const end = new AbortController()
    const signal = AbortSignal.any([this.#abort.signal, end.signal])
    this.#heard.set(peer, end)
    void this.#askHeads(peer, signal)
    if (this.#components.replica().isTrusted(peer)) void this.#follow(peer, signal)
  }

  #forget(peer: PeerId): void {
    this.#heard.get(peer)?.abort()
    this.#heard.delete(peer)
  }

  async #askHeads(peer: PeerId, signal: AbortSignal): Promise<void> {
    try {
      const heads = await askHeads(await this.#open(peer, signal), { signal })
      this.#tell({ from: peer, heads })
    } catch (err) {
      // It tells of its heads on the topic sooner or later.
      this.#log.debug(`could not ask ${peer} for its heads: ${messageOf(err)}`)
    }
  }

  /** Hears of the new blocks of a peer for as long as it is connected. */
  async #follow(peer: PeerId, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const views of askFollow(await this.#open(peer, signal), { signal })) this.#take(views, peer)
      } catch (err) {
        // An older peer, or one that serves too many: what it makes is told on the topic all the same.
        this.#log.debug(`does not follow ${peer}: ${messageOf(err)}`)
      }
      await delay(FOLLOW_PAUSE, undefined, { signal, ref: false }).catch(() => {})
    }
  }

  /** @throws what a block that is none throws */
  #take(views: readonly Uint8Array[], from: PeerId): void {
    let last: CID | undefined
    for (const view of views) {
      const bytes = new Uint8Array(view)
      last = cidOfBytes(bytes)
      readNode(bytes)
      this.#pushed.add(blockIdOf(last), bytes)
      this.#bitswap.give(blockIdOf(last), { bytes, from })
    }
    // Those of one peer lie one below the other.
    if (last !== undefined) this.#tell({ from, heads: [last] })
  }

  #tell(message: HeadsMessage): void {
    for (const listener of this.#listeners) listener(message)
  }
}

function linksOf(bytes: Uint8Array): readonly BlockId[] {
  try {
    return readNode(bytes).links
  } catch {
    // Who asked for the block sees for himself that it is no delta.
    return []
  }
}
