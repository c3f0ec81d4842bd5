import type { AbortOptions } from '../util/startable.ts'

/** A value that a peer has measured of itself. */
export interface Reading {
  name: string
  value: string
  /** Order of peers by this metric, larger is better; 0 when absent. */
  weight?: bigint
  /** Whether equal values make a group rather than an order; they do not when absent. */
  partitionable?: boolean
}

/** Measures something of this peer, for the others to know. */
export interface Informer {
  readonly name: string
  /** Milliseconds that a reading is valid; there is a new one in half of that. */
  readonly ttl: number
  /** What cannot be told is left out; an error means that it is tried again sooner. */
  read(options?: AbortOptions): Promise<Reading[]>
}
