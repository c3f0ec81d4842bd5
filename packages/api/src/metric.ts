import type { PeerId } from './peer.ts'
import type { Time } from './time.ts'

/** A value that a peer publishes about itself. */
export interface Metric {
  name: string
  peer: PeerId
  value: string
  /** Unix nanoseconds on the sender's clock. */
  expire: bigint
  valid: boolean
  /** Order of peers by this metric, larger is better. */
  weight: bigint
  /** Whether equal values make a group (tags) rather than an order. */
  partitionable: boolean
  /** Unix nanoseconds, set by the receiver. */
  receivedAt: bigint
}

/** A metric that expired without a successor. */
export interface Alert extends Metric {
  triggeredAt: Time
}
