import type { CID } from 'multiformats/cid'
import { blockIdOf, cidOfBlockId, matches, storedOrAbsent } from '../../blocks/index.ts'
import type { BlockId } from '../../blocks/index.ts'
import { messageOf } from '../../util/errors.ts'
import { limitedLogger } from '../../util/limited-logger.ts'
import type { Logger } from '../../util/logger.ts'
import { withDeadline } from '../../util/signals.ts'
import { applyForeignBlocks } from './apply.ts'
import {
  CROWDED_FETCH_TIMEOUT,
  FETCH_TIMEOUT,
  MAX_COMPLAINTS,
  MAX_FETCHES,
  MAX_MERGED_BLOCKS,
  MAX_MERGED_SIZE,
  MAX_WAITING_HEADS
} from './defaults.ts'
import { readBlock } from './delta-block.ts'
import type { DeltaBlock } from './delta-block.ts'
import type { DeltaSource } from './interface.ts'
import type { ProgressMeter } from './progress.ts'
import type { Replica } from './replica.ts'

/** What a {@link Walker} needs. */
export interface WalkerInit {
  replica: Replica
  /** Absent: only blocks that are stored already can be walked. */
  source?: DeltaSource
  meter: ProgressMeter
  log: Logger
}

/** A block that is on its way. */
interface Fetch {
  readonly done: Promise<void>
  readonly since: number
  readonly end: AbortController
}

/**
 * Brings in what other replicas have: starts at heads they tell of, and follows the links down to blocks that are part
 * of the set. Blocks are merged as they come, since their order does not matter; what is still missing is known to the
 * replica, so a walk goes on where it was after a restart.
 */
export class Walker {
  readonly #replica: Replica
  readonly #source: DeltaSource | undefined
  readonly #log: Logger
  readonly #meter: ProgressMeter
  readonly #abort = new AbortController()
  /** Heads of others that nothing of ours links, as far as we know. */
  readonly #heads = new Map<BlockId, CID>()
  readonly #fetching = new Map<BlockId, Fetch>()
  readonly #fetched: DeltaBlock[] = []
  /** Missing blocks that could not be had; tried again on the next occasion. */
  readonly #unavailable = new Set<BlockId>()
  #running: Promise<void> | undefined
  /** Resolves when there may be more to fetch than before. */
  #news = Promise.withResolvers<void>()

  constructor(init: WalkerInit) {
    this.#replica = init.replica
    this.#source = init.source
    this.#log = limitedLogger(init.log, MAX_COMPLAINTS, () => performance.now())
    this.#meter = init.meter
  }

  /** Walks from heads that another replica told of. Does not wait. */
  follow(heads: readonly CID[]): void {
    for (const cid of heads) this.#heads.set(blockIdOf(cid), cid)
    for (const oldest of this.#heads.keys()) {
      if (this.#heads.size <= MAX_WAITING_HEADS) break
      this.#heads.delete(oldest)
    }
    this.resume()
  }

  /** Looks again for everything that is missing. Does not wait. */
  resume(): void {
    if (this.#abort.signal.aborted) return
    this.#unavailable.clear()
    this.#news.resolve()
    this.#running ??= this.#walk()
  }

  /** Resolves when there is nothing to walk, or nothing that could be had. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    for (const { end } of this.#fetching.values()) end.abort()
    await this.#running
  }

  async #walk(): Promise<void> {
    this.#meter.begin()
    try {
      for (;;) {
        this.#news = Promise.withResolvers()
        await this.#startFetches()
        if (this.#fetched.length > 0) await this.#merge(this.#withThoseBelow(this.#fetched.splice(0)))
        else if (this.#fetching.size > 0) await this.#somethingNew()
        else return
      }
    } catch (err) {
      if (!this.#abort.signal.aborted) this.#log.error(`stopped taking in changes of other peers: ${messageOf(err)}`)
    } finally {
      this.#meter.end()
      this.#running = undefined
    }
  }

  /** Waits for a block, for more to fetch, or until somebody else may have had a turn for long enough. */
  async #somethingNew(): Promise<void> {
    const news = this.#news
    const timer = setTimeout(() => news.resolve(), CROWDED_FETCH_TIMEOUT).unref()
    await Promise.race([news.promise, ...Array.from(this.#fetching.values(), ({ done }) => done)])
    clearTimeout(timer)
  }

  async #startFetches(): Promise<void> {
    if (this.#abort.signal.aborted) return
    await this.#dropKnownHeads()
    for (const id of this.#wanted()) {
      if (this.#fetching.size + this.#fetched.length >= MAX_FETCHES) {
        this.#makeRoom()
        return
      }
      const end = new AbortController()
      this.#fetching.set(id, { done: this.#fetch(id, end.signal), since: performance.now(), end })
    }
  }

  /** Who tells of blocks that nobody has must not keep those from being fetched that somebody has. */
  #makeRoom(): void {
    const latest = performance.now() - CROWDED_FETCH_TIMEOUT
    for (const { since, end } of this.#fetching.values()) if (since <= latest) end.abort(new Error('others wait'))
  }

  async #dropKnownHeads(): Promise<void> {
    const ids = [...this.#heads.keys()]
    const processed = await this.#replica.processedOf(ids)
    for (const id of ids) if (processed.has(id) || this.#replica.isMissing(id)) this.#heads.delete(id)
  }

  *#wanted(): Generator<BlockId> {
    const waiting = new Set(this.#fetched.map(({ id }) => id))
    for (const ids of [this.#heads.keys(), this.#replica.missing]) {
      for (const id of ids) {
        if (!waiting.has(id) && !this.#fetching.has(id) && !this.#unavailable.has(id)) yield id
      }
    }
  }

  async #fetch(id: BlockId, signal: AbortSignal): Promise<void> {
    try {
      this.#fetched.push(readBlock(await this.#getBytes(cidOfBlockId(id), signal)))
    } catch (err) {
      this.#unavailable.add(id)
      // A head that cannot be had is told of again by those who have it.
      this.#heads.delete(id)
      if (!this.#abort.signal.aborted) this.#log.warn(`could not get the delta block ${id}: ${messageOf(err)}`)
    } finally {
      this.#fetching.delete(id)
    }
  }

  async #getBytes(cid: CID, end: AbortSignal): Promise<Uint8Array> {
    const atHand = this.#source?.takeAtHand?.(cid)
    if (atHand !== undefined && matches(cid, atHand)) return atHand
    const stored = await storedOrAbsent(this.#replica.blocks, cid)
    if (stored !== undefined) return stored
    const source = this.#source
    if (source === undefined) throw new Error('there is nowhere to get blocks from')
    const bytes = await withDeadline(FETCH_TIMEOUT, end, (signal) => source.getBlock(cid, { signal }))
    if (!matches(cid, bytes)) throw new Error('the bytes are not those of the block')
    return bytes
  }

  /** A long walk would otherwise be a write for each block: what is at hand below these blocks is merged with them. */
  #withThoseBelow(blocks: DeltaBlock[]): DeltaBlock[] {
    const ids = new Set(blocks.map(({ id }) => id))
    let size = 0
    // The list grows while it is gone through: the links of what was added are looked at in their turn.
    for (const { links } of blocks) {
      for (const id of links) {
        if (blocks.length >= MAX_MERGED_BLOCKS || size >= MAX_MERGED_SIZE) return blocks
        const block = ids.has(id) ? undefined : this.#takeAtHand(id)
        if (block === undefined) continue
        ids.add(id)
        blocks.push(block)
        size += block.bytes.length
      }
    }
    return blocks
  }

  #takeAtHand(id: BlockId): DeltaBlock | undefined {
    const cid = cidOfBlockId(id)
    const bytes = this.#source?.takeAtHand?.(cid)
    if (bytes === undefined || !matches(cid, bytes)) return undefined
    try {
      return readBlock(bytes)
    } catch {
      // It is fetched once more when its turn comes, and seen to be no delta then.
      return undefined
    }
  }

  /** Not synced: what is lost in a power cut is fetched again. */
  async #merge(blocks: readonly DeltaBlock[]): Promise<void> {
    await this.#replica.update((tx) => applyForeignBlocks(tx, blocks, this.#replica))
    this.#meter.merged(blocks)
    for (const { id } of blocks) this.#heads.delete(id)
  }
}
