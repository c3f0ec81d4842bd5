import type { PeerId, Pin } from '@ipfs-cluster/api'
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

/** A pin by its place in a listing by time. */
export interface CreationPlace {
  /** Milliseconds since the Unix epoch: `creationTime` of the pin. */
  readonly created: number
  /** Key of the pin in the pinset. */
  readonly key: string
}

/** Which pins to list by the time of their creation, in which order, and from where. */
export interface CreationRange extends AbortOptions {
  /** Only pins that were made before and after this, in milliseconds since the Unix epoch; neither counts itself. */
  before?: number
  after?: number
  /** Default: `newest`. Pins of the same time are in the order of their keys, or against it for `newest`. */
  order?: 'newest' | 'oldest'
  /** Start behind this place. */
  behind?: CreationPlace
}

export interface CreationListOptions extends CreationRange {
  /** Sum of `PinTypeBits`; 0 or absent: all. */
  types?: number
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
  /**
   * Pins in the order of their creation, undecoded, in batches of bounded size. Costs no more than what is read of it,
   * since there is an index. Pins that are damaged are not in it, nor those that change while it runs.
   */
  listByCreation(options?: CreationListOptions): AsyncIterable<readonly (StoredPin & CreationPlace)[]>
  /** Where data pins come by their creation, undecoded. Keys of others, of what is damaged or is not there, are left out. */
  placesOf(keys: readonly string[], options?: AbortOptions): Promise<CreationPlace[]>
  /** Number of data pins that were made in a range of time. It is not by going through them. */
  countByCreation(range?: Pick<CreationRange, 'before' | 'after' | 'signal'>): Promise<number>
  /** Number of data pins that are allocated to each peer. Pins that are on all peers are not counted. */
  pinsPerPeer(options?: AbortOptions): Promise<ReadonlyMap<PeerId, number>>
  /** Number of items in the pinset, kept up to date, so it costs nothing. */
  count(): Promise<number>
}
