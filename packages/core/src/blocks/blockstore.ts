import { hash } from 'node:crypto'
import { ClusterError } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { DatastoreReader, Write } from '../datastore/index.ts'
import type { AbortOptions } from '../util/startable.ts'
import { blockIdOf } from './block-id.ts'
import type { BlockId } from './block-id.ts'
import type { BlockReader } from './interface.ts'

/** `sha2-256` in a multihash, and the bytes of its digest. */
const SHA2_256 = 0x12
const SHA2_256_SIZE = 32

/** Blocks in the datastore, each under the name of its multihash. */
export class DatastoreBlocks implements BlockReader {
  readonly #datastore: DatastoreReader
  readonly #prefix: string

  /** @param prefix - of the keys, with its last slash */
  constructor(datastore: DatastoreReader, prefix: string) {
    this.#datastore = datastore
    this.#prefix = prefix
  }

  async get(cid: CID, options: AbortOptions = {}): Promise<Uint8Array | undefined> {
    const bytes = await this.#datastore.get(this.#key(cid), options)
    if (bytes !== undefined) this.#verify(cid, bytes)
    return bytes
  }

  has(cid: CID, options: AbortOptions = {}): Promise<boolean> {
    return this.#datastore.has(this.#key(cid), options)
  }

  /** What stores a block, to be part of a batch. The caller has made sure that the bytes are those of the name. */
  put(id: BlockId, bytes: Uint8Array): Write {
    return { type: 'put', key: this.#prefix + id, value: bytes }
  }

  #key(cid: CID): string {
    return this.#prefix + blockIdOf(cid)
  }

  /** A disk that lies must not be believed: other peers get these bytes, and winners are chosen by them. */
  #verify(cid: CID, bytes: Uint8Array): void {
    if (matches(cid, bytes)) return
    throw new BlockDamagedError(cid)
  }
}

/** A block that is damaged counts as one that is not there: it can be had from other peers. */
export async function storedOrAbsent(
  blocks: BlockReader,
  cid: CID,
  options: AbortOptions = {}
): Promise<Uint8Array | undefined> {
  try {
    return await blocks.get(cid, options)
  } catch (err) {
    if (err instanceof BlockDamagedError) return undefined
    throw err
  }
}

/** The bytes that are stored for a block are not those that its name says. */
export class BlockDamagedError extends ClusterError {
  constructor(cid: CID) {
    super('ERR_DATASTORE_CORRUPT', `block ${cid.toString()} in the datastore is not what its name says`)
  }
}

/** Whether these are the bytes that the CID names. A hash function other than sha2-256 is never used here. */
export function matches(cid: CID, bytes: Uint8Array): boolean {
  return canNameBlock(cid) && hash('sha256', bytes, 'buffer').equals(cid.multihash.digest)
}

/** Whether there can be a block with this CID. What other peers send may be a CID that is none, or megabytes long. */
export function canNameBlock({ multihash: { code, digest } }: CID): boolean {
  return code === SHA2_256 && digest.length === SHA2_256_SIZE
}
