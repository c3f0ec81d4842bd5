import type { Pin } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { AbortOptions } from '../util/startable.ts'

/** A pin as it is stored, not decoded: listing a million of them must not build a million objects. */
export interface StoredPin {
  /** Key of the pin in the pinset: upper case base32 of the CID's bytes, no slash, no padding. */
  readonly key: string
  /** The pin's protobuf form (spec: wire 3.1). */
  readonly value: Uint8Array
}

/** Which pins to list, and from where. */
export interface ListOptions extends AbortOptions {
  /** Sum of `PinTypeBits`; 0 or absent: all. */
  types?: number
  /** Start behind this key, the last one of a page before. */
  after?: string
  /** Most items to give. */
  limit?: number
}

/** The pinset, read-only. Every listing is a snapshot: changes made while it runs are not in it. */
export interface PinState {
  /** @returns undefined when the CID is not pinned */
  get(cid: CID, options?: AbortOptions): Promise<Pin | undefined>
  has(cid: CID, options?: AbortOptions): Promise<boolean>
  /** Pins in the order of their keys. */
  list(options?: ListOptions): AsyncIterable<Pin>
  /** The same, undecoded, in batches of bounded size. */
  listStored(options?: ListOptions): AsyncIterable<readonly StoredPin[]>
  /** Number of items in the pinset, kept up to date, so it costs nothing. */
  count(): Promise<number>
}
