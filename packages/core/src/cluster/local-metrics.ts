import type { Alert, Metric, PeerId } from '@ipfs-cluster/api'
import { Time } from '@ipfs-cluster/api'
import type { IpfsConnector } from '../ipfs/interface.ts'
import type { PinTracker } from '../pintracker/index.ts'
import { messageOf } from '../util/errors.ts'
import type { ComponentLogger } from '../util/logger.ts'
import { RepeatingTask } from '../util/repeating-task.ts'
import type { Startable } from '../util/startable.ts'
import { startAll, stopAll } from '../util/startable.ts'
import type { IpfsIdentity } from './ipfs-identity.ts'
import type { ClusterMetrics } from './metrics.ts'
import { formatPing } from './metrics.ts'

/**
 * What a peer measures of itself: sections `informer.*` and `cluster.monitor_ping_interval` of service.json. Times are
 * in milliseconds. A section that is absent is not measured, as in the Go release.
 */
export interface LocalMetricsInit {
  /** Time between two pings; a peer counts as alive for twice that time. */
  pingInterval?: number
  disk?: { metricTtl?: number; metricType?: 'freespace' | 'reposize' }
  tags?: { metricTtl?: number; tags?: Readonly<Record<string, string>> | null }
  pinqueue?: { metricTtl?: number; weightBucketSize?: number }
}

/** What is measured. */
export interface LocalMetricsComponents {
  logger: ComponentLogger
  peerId: PeerId
  peername: string
  ipfs: Pick<IpfsConnector, 'repoStat'>
  ipfsIdentity: IpfsIdentity
  tracker: Pick<PinTracker, 'queueSize'>
}

const DEFAULT_PING_INTERVAL = 15_000
const DEFAULT_METRIC_TTL = 30_000
const DEFAULT_WEIGHT_BUCKET_SIZE = 100_000

/** A measurement; undefined weight and partition have the usual meaning of none. */
interface Reading {
  name: string
  value: string
  weight?: bigint
  partitionable?: boolean
}

/** Metrics of this peer alone. Only values that are good are kept: what cannot be measured expires. */
export class LocalMetrics implements ClusterMetrics, Startable {
  readonly #components: LocalMetricsComponents
  readonly #latest = new Map<string, Metric>()
  readonly #tasks: RepeatingTask[] = []

  constructor(components: LocalMetricsComponents, init: LocalMetricsInit = {}) {
    this.#components = components
    const { pingInterval = DEFAULT_PING_INTERVAL, disk, tags, pinqueue } = init
    this.#measure(pingInterval, 2 * pingInterval, (signal) => this.#ping(signal))
    if (disk !== undefined) {
      this.#informer(disk.metricTtl, (signal) => this.#disk(disk.metricType ?? 'freespace', signal))
    }
    if (pinqueue !== undefined) {
      this.#informer(pinqueue.metricTtl, async () => this.#pinqueue(pinqueue.weightBucketSize))
    }
    if (tags !== undefined) this.#informer(tags.metricTtl, async () => readTags(tags.tags ?? {}))
  }

  async start(): Promise<void> {
    await startAll(this.#tasks)
  }

  async stop(): Promise<void> {
    await stopAll(this.#tasks)
  }

  /** Measures now, besides the usual times: something has changed a lot. */
  measureNow(): void {
    for (const task of this.#tasks) task.runNow()
  }

  latest(name: string): Metric[] {
    const metric = this.#latest.get(name)
    return metric === undefined || metric.expire <= Time.now().toUnixNanoseconds() ? [] : [metric]
  }

  names(): string[] {
    return [...this.#latest.keys()]
  }

  /** A peer raises no alert about itself. */
  alerts(): Alert[] {
    return []
  }

  #informer(ttl: number = DEFAULT_METRIC_TTL, read: (signal: AbortSignal) => Promise<Reading[]>): void {
    this.#measure(ttl / 2, ttl, read)
  }

  #measure(interval: number, ttl: number, read: (signal: AbortSignal) => Promise<Reading[]>): void {
    const log = this.#components.logger.forComponent('monitor')
    this.#tasks.push(
      new RepeatingTask({
        interval,
        run: async (signal) => {
          for (const reading of await read(signal)) this.#keep(reading, ttl)
        },
        onError: (err) => log.warn(`measuring: ${messageOf(err)}`)
      })
    )
  }

  #keep({ name, value, weight = 0n, partitionable = false }: Reading, ttl: number): void {
    const receivedAt = Time.now().toUnixNanoseconds()
    const expire = receivedAt + BigInt(ttl) * 1_000_000n
    const peer = this.#components.peerId
    this.#latest.set(name, { name, peer, value, expire, valid: true, weight, partitionable, receivedAt })
  }

  /** A peer whose IPFS node is down is alive all the same, and shows the node that it had. */
  async #ping(signal: AbortSignal): Promise<Reading[]> {
    const { ipfsIdentity, peername } = this.#components
    await ipfsIdentity.refresh({ signal }).catch(() => {})
    const { id, addresses } = ipfsIdentity.last
    return [{ name: 'ping', value: formatPing({ peername, ipfsId: id, ipfsAddresses: addresses }) }]
  }

  async #disk(type: 'freespace' | 'reposize', signal: AbortSignal): Promise<Reading[]> {
    const { repoSize, storageMax } = await this.#components.ipfs.repoStat({ signal })
    if (type === 'reposize') return [{ name: type, value: String(repoSize), weight: -repoSize }]
    const free = storageMax - repoSize
    return free > 0n ? [{ name: type, value: String(free), weight: free }] : []
  }

  #pinqueue(bucket: number = DEFAULT_WEIGHT_BUCKET_SIZE): Reading[] {
    const size = this.#components.tracker.queueSize()
    const weight = BigInt(-Math.trunc(bucket > 0 ? size / bucket : size))
    return [{ name: 'pinqueue', value: String(size), weight }]
  }
}

function readTags(tags: Readonly<Record<string, string>>): Reading[] {
  return Object.entries(tags).map(([key, value]) => ({ name: `tag:${key}`, value, partitionable: true }))
}
