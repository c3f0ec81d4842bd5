import type { IpfsRepoStat } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import type { AbortOptions } from '../util/startable.ts'
import { DEFAULT_METRIC_TTL } from './defaults.ts'
import { isInt64 } from './int64.ts'
import type { Informer, Reading } from './interface.ts'

/** The limit that Kubo gives when it has none. */
const NO_LIMIT = 2n ** 64n - 1n

/** The weight of room without a limit: more than disks have, and a thousand of them still add up. */
const UNLIMITED_WEIGHT = 2n ** 53n

/** Settings of the disk informer: section `informer.disk` of service.json. */
export interface DiskInformerInit {
  /** Milliseconds that a reading is valid. */
  metricTtl?: number
  /** What is told: the room that is left, or what is used. */
  metricType?: 'freespace' | 'reposize'
}

export interface DiskInformerComponents {
  ipfs: { repoStat(options?: AbortOptions): Promise<IpfsRepoStat> }
}

/** How much room the IPFS node has. A full node tells nothing, so that it gets no pins. */
export function diskInformer(init: DiskInformerInit = {}): (components: DiskInformerComponents) => Informer {
  const { metricTtl = DEFAULT_METRIC_TTL, metricType = 'freespace' } = init
  const read = metricType === 'freespace' ? freeSpace : repoSize
  return ({ ipfs }) => ({
    name: 'disk',
    ttl: metricTtl,
    read: async (options) => [read(await ipfs.repoStat(options))]
  })
}

function freeSpace({ repoSize, storageMax }: IpfsRepoStat): Reading {
  const free = storageMax - repoSize
  if (storageMax === NO_LIMIT) return { name: 'freespace', value: String(free), weight: UNLIMITED_WEIGHT }
  if (free <= 0n) {
    throw new ClusterError(
      'ERR_IPFS',
      `the IPFS node is full: ${repoSize} of ${storageMax} bytes are used; raise its Datastore.StorageMax, or collect its garbage`
    )
  }
  if (!isInt64(free)) throw absurd(`${free} bytes free`)
  return { name: 'freespace', value: String(free), weight: free }
}

function repoSize({ repoSize: size }: IpfsRepoStat): Reading {
  if (size < 0n || !isInt64(size)) throw absurd(`${size} bytes used`)
  return { name: 'reposize', value: String(size), weight: -size }
}

function absurd(what: string): ClusterError {
  return new ClusterError('ERR_IPFS', `the IPFS node says that it has ${what}, which cannot be`)
}
