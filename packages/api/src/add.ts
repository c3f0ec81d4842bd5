import type { CID } from 'multiformats/cid'
import type { PeerId } from './peer.ts'
import type { PinOptions } from './pin.ts'

/** An object that came out of an add, or the progress of one (then `cid` is null). */
export interface AddedOutput {
  name: string
  cid: CID | null
  /** Bytes read so far; 0 is not sent. */
  bytes: number
  /** Cumulative size of the DAG in bytes; 0 is not sent. */
  size: number
  /** Peers that hold the blocks; empty is not sent. */
  allocations: PeerId[]
}

/** How content is turned into blocks, and what is then done with them (spec: rest 6). */
export interface AddParams extends PinOptions {
  /** Blocks go to this peer only, which becomes an allocation. */
  local: boolean
  recursive: boolean
  hidden: boolean
  wrap: boolean
  shard: boolean
  /** Whether results are streamed as they come, or sent as one list at the end. */
  streamChannels: boolean
  format: 'unixfs' | 'car'
  noPin: boolean
  layout: 'balanced' | 'trickle'
  /** `size-N`, `rabin...` or `buzhash`. */
  chunker: string
  rawLeaves: boolean
  progress: boolean
  cidVersion: number
  /** Name of a multihash function, e.g. `sha2-256`. */
  hash: string
  noCopy: boolean
}
