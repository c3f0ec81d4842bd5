import type { PeerId } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import { messageOf } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { abortable } from '../../util/signals.ts'
import type { AbortOptions } from '../../util/startable.ts'
import { blockIdOf, cidOfBlockId, cidOfBytes } from '../block-id.ts'
import type { BlockId } from '../block-id.ts'
import type { GivenBlock } from '../bitswap/bitswap.ts'
import { MAX_CIDS, MAX_RECEIVED, MAX_WANTS_AT_ONCE, STRETCH_PATIENCE, WANT_TIMEOUT } from './defaults.ts'
import { Givers } from './givers.ts'
import type { StretchRequest } from './messages.ts'
import { readNode } from './node.ts'
import { PrefetchBuffer } from './prefetch-buffer.ts'

/** What a {@link Prefetcher} needs. */
export interface PrefetcherInit {
  /** Asks a peer for a stretch. */
  ask(peer: PeerId, request: StretchRequest, signal: AbortSignal): AsyncIterable<readonly Uint8Array[]>
  /** Peers that can be asked, the best first. */
  peers(): readonly PeerId[]
  /** Gets a single block from whoever has it. */
  want(id: BlockId, signal: AbortSignal): Promise<GivenBlock>
  /** Those of the blocks that are part of the replica of this peer. */
  mergedOf(ids: readonly BlockId[]): Promise<ReadonlySet<BlockId>>
  /** Hears of each block that came. */
  onBlock(id: BlockId, bytes: Uint8Array): void
  log: Logger
  /** Milliseconds, {@link STRETCH_PATIENCE} when absent. */
  patience?: number
}

/** A part of a stretch, or its end. */
type Part = IteratorResult<readonly Uint8Array[], void>

/**
 * Has blocks at hand before a replica asks for them: where a block was missing, those below it are missing as well in
 * all likelihood. The whole stretch is fetched from one peer in one stream; if there is none that can do that, one block
 * after the other while the replica merges those that came. Whatever goes wrong, the replica only has to get its blocks
 * itself.
 */
export class Prefetcher {
  readonly #init: PrefetcherInit
  readonly #buffer = new PrefetchBuffer(() => this.#forget())
  readonly #abort = new AbortController()
  /** Blocks that the peer under way is to send: those asked for, and those below what it sent, as far as we lack them. */
  readonly #expected = new Set<BlockId>()
  /** Missing blocks that turned up while a stretch was under way that does not hold them. */
  readonly #next = new Set<BlockId>()
  /** Blocks that came lately: the replica may have to merge them yet, so they are missing but not to be fetched. */
  readonly #received = new Set<BlockId>()
  readonly #givers = new Givers()
  #running: Promise<void> | undefined

  constructor(init: PrefetcherInit) {
    this.#init = init
  }

  /** Takes a block that has come. */
  takeAtHand(id: BlockId): Uint8Array | undefined {
    return this.#buffer.take(id)
  }

  /** Waits for a block that is on its way. @returns undefined when it is not, or does not come after all */
  async take(id: BlockId, options: AbortOptions): Promise<Uint8Array | undefined> {
    const bytes = this.#buffer.take(id)
    if (bytes !== undefined || !this.#expected.has(id)) return bytes
    return abortable(this.#buffer.wait(id), options)
  }

  /**
   * Fetches these blocks and those below them. Does not wait.
   *
   * @param known - blocks that this peer has together with everything below them
   * @param giver - the peer that had the block above, and so will have them
   */
  fetch(ids: readonly BlockId[], known: readonly CID[], giver: PeerId): void {
    const set = this.#running === undefined ? this.#expected : this.#next
    for (const id of ids) if (set.size < MAX_CIDS && !this.#received.has(id)) set.add(id)
    if (this.#running === undefined && !this.#abort.signal.aborted) this.#running = this.#run(known, giver)
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#running
    this.#buffer.close()
  }

  async #run(known: readonly CID[], giver: PeerId): Promise<void> {
    try {
      // Blocks that came in the same message as the one that started this are part of the first request.
      await new Promise(setImmediate)
      await this.#fetchAll(known, giver)
      while (this.#next.size > 0 && !this.#abort.signal.aborted) await this.#fetchAll([], giver)
    } catch (err) {
      if (!this.#abort.signal.aborted) this.#init.log.debug(`stopped fetching ahead: ${messageOf(err)}`)
    } finally {
      this.#giveUp()
      this.#received.clear()
      this.#running = undefined
    }
  }

  async #fetchAll(known: readonly CID[], giver: PeerId): Promise<void> {
    await this.#expectNext()
    await this.#askPeers(known, giver)
    // Whoever has one of the blocks by now has others.
    while (await this.#askEverybody(giver)) await this.#askPeers([], giver)
    this.#giveUp()
  }

  /** What came in the usual way meanwhile is no longer missing. */
  async #expectNext(): Promise<void> {
    const ids = [...this.#next]
    this.#next.clear()
    for (const id of await this.#unmerged(ids)) this.#expected.add(id)
  }

  async #unmerged(ids: readonly BlockId[]): Promise<Set<BlockId>> {
    return new Set(ids).difference(await this.#init.mergedOf(ids))
  }

  /** The replica no longer asks: it stopped, or has got everything from elsewhere. */
  #forget(): void {
    this.#giveUp()
    this.#next.clear()
  }

  #giveUp(): void {
    for (const id of this.#expected) this.#buffer.giveUp(id)
    this.#expected.clear()
  }

  /** Asks one peer after the other, as long as something is missing. */
  async #askPeers(known: readonly CID[], giver: PeerId): Promise<void> {
    let rest = known
    for (let peer = this.#choose(giver); peer !== undefined; peer = this.#choose(giver)) {
      if (this.#expected.size === 0 || this.#abort.signal.aborted) return
      await this.#askPeer(peer, rest)
      // What we have got since lies above what was known.
      rest = []
    }
  }

  #choose(giver: PeerId): PeerId | undefined {
    return this.#givers.choose(this.#init.peers(), giver, performance.now())
  }

  async #askPeer(peer: PeerId, known: readonly CID[]): Promise<void> {
    let received = 0
    const end = new AbortController()
    const signal = AbortSignal.any([this.#abort.signal, end.signal])
    const wanted = [...this.#expected].slice(0, MAX_CIDS).map(cidOfBlockId)
    const parts = this.#init.ask(peer, { wanted, known }, signal)[Symbol.asyncIterator]()
    try {
      while (this.#expected.size > 0) {
        const part = await this.#nextPart(peer, parts.next(), signal)
        if (part === undefined || part.done === true) break
        received += await this.#receive(part.value, signal)
      }
      this.#givers.gaveStretch(peer, received, performance.now())
    } catch (err) {
      if (!this.#abort.signal.aborted) this.#init.log.debug(`stopped fetching from ${peer}: ${messageOf(err)}`)
      this.#givers.failed(peer, performance.now())
    } finally {
      end.abort()
      parts.return?.().catch(() => {})
    }
  }

  /**
   * Waits for what a peer sends next. If it is silent, the way to it may be gone, so that others are asked for some of
   * the blocks.
   *
   * @returns undefined when another peer has them
   */
  async #nextPart(peer: PeerId, part: Promise<Part>, signal: AbortSignal): Promise<Part | undefined> {
    // It may fail when nobody waits for it any more.
    part.catch(() => {})
    const end = new AbortController()
    const silence = Promise.withResolvers<GivenBlock | undefined>()
    const askOthers = (): void => silence.resolve(this.#wantAny(AbortSignal.any([signal, end.signal])))
    const timer = setTimeout(askOthers, this.#init.patience ?? STRETCH_PATIENCE).unref()
    try {
      const isPart = part.then(() => undefined)
      const given = await Promise.race([isPart, silence.promise])
      if (given === undefined) return await part
      await this.#receive([given.bytes], signal)
      this.#givers.gaveBlock(given.from)
      // It is only slow, and a stretch that was begun is worth more than single blocks.
      return given.from === peer ? await part : undefined
    } finally {
      clearTimeout(timer)
      end.abort()
    }
  }

  /** The first of the next blocks that comes; undefined when none does. */
  async #wantAny(signal: AbortSignal): Promise<GivenBlock | undefined> {
    const ids = [...this.#expected].slice(0, MAX_WANTS_AT_ONCE)
    return Promise.any(ids.map((id) => this.#init.want(id, signal))).catch(() => undefined)
  }

  /** @returns whether a peer may be asked again for all that is missing; else there is nothing left to ask for */
  async #askEverybody(giver: PeerId): Promise<boolean> {
    const end = new AbortController()
    const signal = AbortSignal.any([this.#abort.signal, end.signal])
    const timer = setTimeout(() => end.abort(new Error('nobody has the next block')), WANT_TIMEOUT).unref()
    try {
      while (this.#expected.size > 0) {
        signal.throwIfAborted()
        const ids = [...this.#expected].slice(0, MAX_WANTS_AT_ONCE)
        const given = await Promise.all(ids.map((id) => this.#init.want(id, signal)))
        const blocks = given.map(({ bytes }) => bytes)
        await this.#receive(blocks, this.#abort.signal)
        for (const { from } of given) this.#givers.gaveBlock(from)
        if (this.#choose(giver) !== undefined) break
        timer.refresh()
      }
      return this.#expected.size > 0
    } finally {
      clearTimeout(timer)
    }
  }

  /** @returns how many of the blocks were missing */
  async #receive(views: readonly Uint8Array[], signal: AbortSignal): Promise<number> {
    const blocks = views.map(readBlock)
    const unmerged = await this.#unmerged([...new Set(blocks.flatMap(({ id, links }) => [id, ...links]))])
    let received = 0
    for (const { id, links, bytes } of blocks) {
      if (!unmerged.has(id) || this.#received.has(id)) {
        this.#drop(id)
        continue
      }
      if (!this.#expected.has(id)) throw new Error('it sent a block that was not asked for')
      for (const link of links) if (unmerged.has(link) && !this.#received.has(link)) this.#expected.add(link)
      await this.#buffer.put(id, bytes, signal)
      this.#expected.delete(id)
      this.#remember(id)
      this.#init.onBlock(id, bytes)
      received++
    }
    return received
  }

  /** The replica got the block in another way. Nobody is to be asked for it for ever. */
  #drop(id: BlockId): void {
    if (this.#expected.delete(id)) this.#buffer.giveUp(id)
  }

  #remember(id: BlockId): void {
    this.#received.add(id)
    for (const oldest of this.#received) {
      if (this.#received.size <= MAX_RECEIVED) break
      this.#received.delete(oldest)
    }
  }
}

/** A copy of a block, which says itself which one it is. */
function readBlock(view: Uint8Array): { id: BlockId; links: readonly BlockId[]; bytes: Uint8Array } {
  const bytes = new Uint8Array(view)
  return { id: blockIdOf(cidOfBytes(bytes)), links: readNode(bytes).links, bytes }
}
