import type { PeerId } from '@ipfs-cluster/api'
import type {
  ClusterRepair,
  DrainProgress,
  PeerMark,
  RebalancePlan,
  RebalanceProgress,
  RepairProgress
} from '@ipfs-cluster/core/cluster'

/** Keeps marks and plans, and does nothing about them. */
export class FakeRepair implements ClusterRepair {
  readonly marked = new Map<PeerId, PeerMark>()
  readonly started: RebalancePlan[] = []
  plan: RebalancePlan = { moves: [], before: new Map(), after: new Map(), isComplete: true }
  readonly #called: (call: string) => void

  /** @param called - told of every call; throws what the call is to fail with */
  constructor(called: (call: string) => void) {
    this.#called = called
  }

  marks(): PeerMark[] {
    return [...this.marked.values()]
  }

  async setMaintenance(peer: PeerId, { until = 0 }: { until?: number } = {}): Promise<PeerMark> {
    this.#called(`setMaintenance ${peer}`)
    return this.#mark({ peer, kind: 'maintenance', at: Date.now(), until, toMinimum: false })
  }

  async drain(peer: PeerId, { toMinimum = false }: { toMinimum?: boolean } = {}): Promise<PeerMark> {
    this.#called(`drain ${peer}`)
    return this.#mark({ peer, kind: 'drain', at: Date.now(), until: 0, toMinimum })
  }

  async drainProgress(peer: PeerId): Promise<DrainProgress> {
    this.#called(`drainProgress ${peer}`)
    return { peer, left: 3, moving: 2, everywhere: 1 }
  }

  async clearMark(peer: PeerId): Promise<void> {
    this.#called(`clearMark ${peer}`)
    this.marked.delete(peer)
  }

  progress(): RepairProgress {
    return { gone: [], placed: 1, trimmed: 2, waiting: 3, failed: 4, reasons: ['no room'] }
  }

  async planRebalance(): Promise<RebalancePlan> {
    this.#called('planRebalance')
    return this.plan
  }

  startRebalance(plan: RebalancePlan): void {
    this.#called('startRebalance')
    this.started.push(plan)
  }

  rebalanceProgress(): RebalanceProgress {
    const total = this.started.at(-1)?.moves.length ?? 0
    return { state: total === 0 ? 'idle' : 'running', total, done: 0, moving: 0, failed: 0, reasons: [] }
  }

  async stopRebalance(): Promise<void> {
    this.#called('stopRebalance')
    this.started.length = 0
  }

  #mark(mark: PeerMark): PeerMark {
    this.marked.set(mark.peer, mark)
    return mark
  }
}
