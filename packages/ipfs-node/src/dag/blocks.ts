import type { CID } from 'multiformats/cid'
import { BlockNotFoundError } from '../errors.ts'
import type { BlockStore } from '../store/block-store.ts'

/** How other nodes are asked for blocks. */
export interface Exchange {
  /** Waits until some node sends the block. The bytes may be trusted to have the CID's hash. */
  want(cid: CID, options: { signal?: AbortSignal }): Promise<Uint8Array>
  /** A block is here now: those who wait for it may have it. The bytes may change after the call. */
  announce(cid: CID, bytes: Uint8Array): void
}

export interface ReadOptions {
  signal?: AbortSignal
  /** Take only what is here. */
  offline?: boolean
}

/** What is told of every block that is put or read on behalf of an operation that will pin it. */
export interface Toucher {
  touch(multihash: Uint8Array): void
}

export interface BlocksComponents {
  store: BlockStore
  /** Absent in a node that is offline. */
  exchange?: Exchange
}

const IDENTITY = 0x00

/** Blocks by CID: those here, those that carry their bytes in the CID, and those that other nodes have. */
export class Blocks {
  readonly store: BlockStore
  readonly #exchange: Exchange | undefined

  constructor(components: BlocksComponents) {
    this.store = components.store
    this.#exchange = components.exchange
  }

  /** @throws BlockNotFoundError when it is not here and nobody can be asked */
  async get(cid: CID, options: ReadOptions = {}): Promise<Uint8Array> {
    options.signal?.throwIfAborted()
    if (cid.multihash.code === IDENTITY) return cid.multihash.digest
    return (await this.store.get(cid.multihash.bytes)) ?? this.#fetch(cid, options)
  }

  /** Makes sure that the block is here. */
  async ensure(cid: CID, options: ReadOptions = {}): Promise<void> {
    options.signal?.throwIfAborted()
    if (!(await this.has(cid))) await this.#fetch(cid, options)
  }

  /** Whether the block is here. */
  async has(cid: CID): Promise<boolean> {
    return cid.multihash.code === IDENTITY || this.store.has(cid.multihash.bytes)
  }

  /** The first bytes and the size of a block that is here. */
  async head(cid: CID, bytes: number): Promise<{ head: Uint8Array; size: number } | undefined> {
    const { code, digest } = cid.multihash
    if (code === IDENTITY) return { head: digest.subarray(0, bytes), size: digest.length }
    return this.store.head(cid.multihash.bytes, bytes)
  }

  /** Stores a block whose bytes are known to be those of the CID. They may change once the promise resolves. */
  async put(cid: CID, bytes: Uint8Array, toucher?: Toucher): Promise<void> {
    if (cid.multihash.code === IDENTITY) return
    toucher?.touch(cid.multihash.bytes)
    const stored = this.store.put(cid.multihash.bytes, bytes)
    this.#exchange?.announce(cid, bytes)
    await stored
  }

  async #fetch(cid: CID, options: ReadOptions): Promise<Uint8Array> {
    if (this.#exchange === undefined || options.offline === true) throw new BlockNotFoundError(cid)
    const bytes = await this.#exchange.want(cid, { signal: options.signal })
    await this.put(cid, bytes)
    return bytes
  }
}
