import { CID } from 'multiformats/cid'
import type { Blocks, ReadOptions } from '../dag/blocks.ts'
import { walk } from '../dag/walk.ts'
import { KuboError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import type { Lease, Leases } from './leases.ts'

/** Kinds of pins that are kept; what a recursive pin reaches is `indirect`. */
export type PinMode = 'recursive' | 'direct'

/** A pin as it is kept. */
export interface PinEntry {
  cid: CID
  mode: PinMode
  /** Given by the user, empty when none was. */
  name: string
}

/** Called with the number of blocks found so far and their bytes, as far as they are known. */
export type PinProgress = (blocks: number) => void

export interface PinOptions extends ReadOptions {
  name?: string
  onProgress?: PinProgress
}

export interface PinsComponents {
  database: Database
  blocks: Blocks
  leases: Leases
  /** Called after each pin that was made. */
  onPinned?: (root: CID) => void
}

const PREFIX = { recursive: Buffer.from('pr'), direct: Buffer.from('pd') } as const

/** The pins of the node. A change is on disk when its promise resolves, and so are the blocks that the pin holds. */
export class Pins {
  readonly #database: Database
  readonly #blocks: Blocks
  readonly #leases: Leases
  readonly #onPinned: ((root: CID) => void) | undefined

  constructor(components: PinsComponents) {
    this.#onPinned = components.onPinned
    this.#database = components.database
    this.#blocks = components.blocks
    this.#leases = components.leases
  }

  /** Pins the DAG below a root, or only its block, after fetching what is missing. */
  async add(root: CID, mode: PinMode, options: PinOptions = {}): Promise<void> {
    using lease = this.#leases.take()
    lease.root(root)
    if (mode === 'direct') {
      if (await this.find(root, 'recursive')) throw new KuboError(`${root.toString()} already pinned recursively`)
      lease.touch(root.multihash.bytes)
      await this.#blocks.ensure(root, options)
    } else {
      await this.#fetch(root, lease, options)
    }
    await this.record(root, mode, options.name)
  }

  /** Records a pin whose blocks the caller knows to be here, under a lease of its own. */
  async record(root: CID, mode: PinMode, name = ''): Promise<void> {
    await this.#blocks.store.flush()
    const other = mode === 'recursive' ? 'direct' : 'recursive'
    await this.#database.write([
      { type: 'put', key: pinKey(root, mode), value: Buffer.from(name) },
      { type: 'del', key: pinKey(root, other) }
    ])
    this.#onPinned?.(root)
  }

  /** @throws KuboError when there is no such pin, or it is recursive and `recursive` is not set */
  async remove(root: CID, options: { recursive: boolean }): Promise<void> {
    const entry = (await this.find(root, 'recursive')) ?? (await this.find(root, 'direct'))
    if (entry === undefined) throw new KuboError('not pinned or pinned indirectly')
    if (entry.mode === 'recursive' && !options.recursive) {
      throw new KuboError(`${root.toString()} is pinned recursively`)
    }
    await this.#database.write([{ type: 'del', key: pinKey(root, entry.mode) }])
  }

  /** Pins `to` in place of `from`, keeping its name. */
  async update(from: CID, to: CID, options: ReadOptions & { unpin: boolean }): Promise<void> {
    const old = await this.find(from, 'recursive')
    if (old === undefined) throw new KuboError("'from' cid was not recursively pinned already")
    if (from.equals(to)) return
    await this.add(to, 'recursive', { ...options, name: old.name })
    if (options.unpin) await this.remove(from, { recursive: true })
  }

  /** The pin of exactly this CID. */
  async find(cid: CID, mode: PinMode): Promise<PinEntry | undefined> {
    const value = this.#database.get(pinKey(cid, mode))
    return value === undefined ? undefined : { cid, mode, name: value.toString() }
  }

  /** All pins of a mode. */
  async *list(mode: PinMode): AsyncGenerator<PinEntry> {
    const prefix = PREFIX[mode]
    for await (const [key, value] of this.#database.entries(prefix)) {
      yield { cid: CID.decode(key.subarray(prefix.length)), mode, name: value.toString() }
    }
  }

  async #fetch(root: CID, lease: Lease, options: PinOptions): Promise<void> {
    let blocks = 0
    await walk(this.#blocks, root, {
      ...options,
      toucher: lease,
      onBlock: () => options.onProgress?.(++blocks)
    })
  }
}

function pinKey(cid: CID, mode: PinMode): Buffer {
  return Buffer.concat([PREFIX[mode], cid.bytes])
}
