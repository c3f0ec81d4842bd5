import type { CID } from 'multiformats/cid'
import type { Blocks } from '../dag/blocks.ts'
import { FingerprintSet } from '../dag/fingerprint-set.ts'
import { walk } from '../dag/walk.ts'
import { KuboError, messageOf } from '../errors.ts'
import type { Entry } from '../store/block-store.ts'
import { compact } from '../store/compact.ts'
import type { Leases } from './leases.ts'
import type { Pins } from './pins.ts'

/** Blocks that are removed together. */
const BATCH = 256

/** A block that a collection removed, or a reason why it could not go on. */
export type Collected = { multihash: Uint8Array } | { error: string }

export interface CollectorComponents {
  blocks: Blocks
  pins: Pins
  leases: Leases
}

/**
 * Garbage collection: marks what the pins reach, removes all other blocks and gives their space back to the system.
 * Reads, adds and pins go on meanwhile. Nothing is removed when a pinned DAG cannot be read to its end.
 */
export class Collector {
  readonly #components: CollectorComponents
  #last: Promise<unknown> = Promise.resolve()

  constructor(components: CollectorComponents) {
    this.#components = components
  }

  /** Runs a collection after those asked for before. What it removed comes out as it goes. */
  async *collect(options: { signal?: AbortSignal } = {}): AsyncGenerator<Collected> {
    const { leases, blocks } = this.#components
    using _turn = await this.#turn()
    try {
      await leases.beginCollection()
      yield* new Collection(this.#components, options.signal).run()
    } finally {
      leases.endCollection()
    }
    await compact(blocks.store, options)
  }

  /** Removes one block, of which the caller knows that no pin holds it. */
  async removeBlock(cid: CID, force: boolean): Promise<void> {
    const { blocks, leases } = this.#components
    const multihash = cid.multihash.bytes
    using _turn = await this.#turn()
    await blocks.store.flush()
    const location = blocks.store.locate(multihash)
    if (location === undefined) {
      if (force) return
      throw new KuboError(`ipld: could not find ${cid.toString()}`)
    }
    const removed = await blocks.store.remove([{ multihash, location }], (key) => leases.holds(key))
    if (removed.length === 0) throw new KuboError('in use by an operation under way: try again when it is done')
  }

  /** Waits until all removals that were asked for before are done. */
  async #turn(): Promise<Disposable> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const previous = this.#last
    this.#last = promise
    await previous
    return { [Symbol.dispose]: resolve }
  }
}

/** One run of a collection. */
class Collection {
  readonly #components: CollectorComponents
  readonly #signal: AbortSignal | undefined
  readonly #kept: FingerprintSet
  readonly #walked = new FingerprintSet()
  readonly #unreadable: string[] = []

  constructor(components: CollectorComponents, signal: AbortSignal | undefined) {
    this.#components = components
    this.#signal = signal
    this.#kept = new FingerprintSet(components.blocks.store.segments.totals().count)
  }

  async *run(): AsyncGenerator<Collected> {
    await this.#markPins()
    if (this.#unreadable.length > 0) {
      for (const error of this.#unreadable) yield { error }
      throw new KuboError('garbage collection aborted: could not retrieve some links')
    }
    let batch: Entry[] = []
    for await (const entry of this.#components.blocks.store.entries()) {
      if (this.#kept.has(entry.multihash)) continue
      batch.push(entry)
      if (batch.length < BATCH) continue
      yield* await this.#remove(batch)
      batch = []
    }
    yield* await this.#remove(batch)
  }

  async #markPins(): Promise<void> {
    const { pins } = this.#components
    for await (const { cid } of pins.list('direct')) this.#kept.add(cid.multihash.bytes)
    for await (const { cid } of pins.list('recursive')) {
      await this.#mark(cid, (missing, err) => {
        this.#unreadable.push(`could not fetch links for ${missing.toString()}: ${messageOf(err)}`)
      })
    }
  }

  /** Removes what still has no use: operations may have begun to need some of it since it was read. */
  async #remove(batch: Entry[]): Promise<Collected[]> {
    this.#signal?.throwIfAborted()
    if (batch.length === 0) return []
    const { leases, blocks } = this.#components
    // Asked for the whole batch at the moment of removal: a root that came up just then holds everything until marked.
    const keep = (multihash: Uint8Array): boolean =>
      leases.hasNewRoots || this.#kept.has(multihash) || leases.holds(multihash)
    let removed: Entry[]
    do {
      // Of a DAG that is about to be pinned parts may still be missing.
      for (const root of leases.takeNewRoots()) await this.#mark(root, () => {})
      removed = await blocks.store.remove(batch, keep)
    } while (removed.length === 0 && leases.hasNewRoots)
    return removed.map(({ multihash }) => ({ multihash }))
  }

  async #mark(root: CID, onMissing: (cid: CID, err: unknown) => void): Promise<void> {
    await walk(this.#components.blocks, root, {
      offline: true,
      signal: this.#signal,
      seen: this.#walked,
      onBlock: (cid) => this.#kept.add(cid.multihash.bytes),
      onMissing
    })
    this.#signal?.throwIfAborted()
  }
}
