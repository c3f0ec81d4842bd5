import type { PeerId } from '@ipfs-cluster/api'
import { decideAllocations } from './decide.ts'
import type { AllocatorComponents, AllocatorInit } from './index.ts'
import type { AllocationRequest, Allocator } from './interface.ts'

const DEFAULT_ALLOCATE_BY = ['tag:group', 'freespace']

/** Gives pins to peers whose metrics say that they can take them. */
export class MetricsAllocator implements Allocator {
  readonly #metrics: AllocatorComponents['metrics']
  readonly #allocateBy: readonly string[]

  constructor(components: AllocatorComponents, init: AllocatorInit = {}) {
    this.#metrics = components.metrics
    this.#allocateBy = init.allocateBy ?? DEFAULT_ALLOCATE_BY
  }

  async allocate({ pin, existing, exclude = [] }: AllocationRequest): Promise<PeerId[]> {
    const able = this.#ablePeers().filter((peer) => !exclude.includes(peer))
    const stored = existing?.allocations ?? []
    const current = stored.filter((peer) => able.includes(peer))
    const free = able.filter((peer) => !current.includes(peer))
    const isPreferred = (peer: PeerId): boolean => (pin.userAllocations ?? []).includes(peer)
    return decideAllocations({
      replicationFactorMin: pin.replicationFactorMin,
      replicationFactorMax: pin.replicationFactorMax,
      stored,
      current,
      preferred: free.filter(isPreferred),
      candidates: free.filter((peer) => !isPreferred(peer))
    })
  }

  /** Peers with a live metric of each name; a name that nobody publishes, or given twice, leaves none (wire 11.2). */
  #ablePeers(): PeerId[] {
    const counts = new Map<PeerId, number>()
    for (const name of new Set(this.#allocateBy)) {
      for (const { peer } of this.#metrics.latest(name)) counts.set(peer, (counts.get(peer) ?? 0) + 1)
    }
    return [...counts].filter(([, count]) => count === this.#allocateBy.length).map(([peer]) => peer)
  }
}
