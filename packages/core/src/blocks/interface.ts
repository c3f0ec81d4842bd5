import type { CID } from 'multiformats/cid'
import type { AbortOptions } from '../util/startable.ts'

/** Blocks that this peer has: what it serves to others. */
export interface BlockReader {
  /**
   * @returns undefined when this peer does not have the block
   * @throws ClusterError `ERR_DATASTORE_CORRUPT` when the stored bytes are not those that the CID names
   */
  get(cid: CID, options?: AbortOptions): Promise<Uint8Array | undefined>
  has(cid: CID, options?: AbortOptions): Promise<boolean>
}
