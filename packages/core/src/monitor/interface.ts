import type { Alert, Metric, PeerId } from '@ipfs-cluster/api'
import type { Informer } from '../informer/interface.ts'
import type { Pubsub } from '../network/index.ts'
import type { EventSource } from '../util/event-bus.ts'
import type { ComponentLogger } from '../util/logger.ts'
import type { AbortOptions, Startable } from '../util/startable.ts'

/** What the monitor tells. */
export interface MonitorEvents {
  /** A metric has expired without a successor. */
  alert: Alert
}

/** The metrics of the members of the cluster: tells ours, hears theirs, and notices when they fall silent. */
export interface Monitor extends Startable, EventSource<MonitorEvents> {
  /** The newest metric of each peer, by peer ID; only those that are valid and have not expired. */
  latest(name: string): Metric[]
  names(): string[]
  /** The last metrics of one name and peer, the newest first, also those that have expired. */
  history(name: string, peer: PeerId): Metric[]
  /** Metrics that expired without a successor, newest first. */
  alerts(): Alert[]
  /** Counts a peer as a member until it says so itself: we have just reached it. */
  assumeAlive(peer: PeerId): void
  /** Measures and tells now, besides the usual times: something has changed a lot. */
  measureNow(): void
}

/** Settings of the monitor. Times are in milliseconds. */
export interface MonitorInit {
  /** Time between two pings, `cluster.monitor_ping_interval`; a peer counts as alive for twice that time. */
  pingInterval?: number
  /** Time between two looks for peers that have fallen silent, `monitor.pubsubmon.check_interval`. */
  checkInterval?: number
  /** A follower can do nothing about alerts, so it keeps none. */
  followerMode?: boolean
}

/** What the monitor needs of the rest of a peer. */
export interface MonitorComponents {
  logger: ComponentLogger
  peerId: PeerId
  /** Absent: this peer is alone. */
  pubsub?: Pick<Pubsub, 'topic'>
  /** The value of this peer's ping. */
  ping(options: AbortOptions): Promise<string>
  informers: readonly Informer[]
  /** Those whose metrics count; absent: everybody's do. */
  peerset?(): readonly PeerId[]
}
