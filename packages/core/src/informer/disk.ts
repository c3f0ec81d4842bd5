import type { IpfsRepoStat } from '@ipfs-cluster/api'
import type { AbortOptions } from '../util/startable.ts'
import { DEFAULT_METRIC_TTL } from './defaults.ts'
import type { Informer, Reading } from './interface.ts'

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

/** How much room the IPFS node has. */
export function diskInformer(init: DiskInformerInit = {}): (components: DiskInformerComponents) => Informer {
  const { metricTtl = DEFAULT_METRIC_TTL, metricType = 'freespace' } = init
  const read = metricType === 'freespace' ? freeSpace : repoSize
  return ({ ipfs }) => ({
    name: 'disk',
    ttl: metricTtl,
    read: async (options) => read(await ipfs.repoStat(options))
  })
}

/** A full node tells nothing, so that it gets no pins. */
function freeSpace({ repoSize, storageMax }: IpfsRepoStat): Reading[] {
  const free = storageMax - repoSize
  return free > 0n ? [{ name: 'freespace', value: String(free), weight: free }] : []
}

function repoSize({ repoSize: size }: IpfsRepoStat): Reading[] {
  return [{ name: 'reposize', value: String(size), weight: -size }]
}
