import type { Metric, PeerId } from '@ipfs-cluster/api'
import { cidToText, ClusterError } from '@ipfs-cluster/api'
import type { Logger } from '../util/logger.ts'
import { nullLogger } from '../util/logger.ts'
import type { AbortOptions } from '../util/startable.ts'
import { DEFAULT_ALLOCATE_BY, SHORTAGE_LOG_INTERVAL, SHORTAGE_LOG_PEERS } from './defaults.ts'
import type { AllocationExplanation, ExplainedPeer, Obstacle } from './explain.ts'
import { explainPlacement, verdictText } from './explain.ts'
import type { AllocationRequest, Allocator, AllocatorComponents, AllocatorInit } from './interface.ts'
import type { Placement } from './place.ts'
import { notEnoughPeers, placePin } from './place.ts'
import type { MeasuredPeer } from './rank.ts'
import { rankPeers } from './rank.ts'
import { trustPolicy } from './trust-policy.ts'
import type { TrustPolicy } from './trust-policy.ts'

/** The peers with a live metric of each name, while the metrics are what they were. */
interface Measured {
  readonly metrics: readonly (readonly Metric[])[]
  readonly peers: readonly MeasuredPeer[]
}

/** Gives pins to peers whose metrics say that they can take them. */
export class MetricsAllocator implements Allocator {
  readonly #metrics: AllocatorComponents['metrics']
  readonly #allocateBy: readonly string[]
  readonly #trust: TrustPolicy | undefined
  readonly #log: Logger
  #toldAt = -Infinity
  #measured: Measured = { metrics: [], peers: [] }
  #ranked: { peers: readonly MeasuredPeer[]; order: readonly PeerId[] } = { peers: [], order: [] }

  constructor(components: AllocatorComponents, init: AllocatorInit = {}) {
    this.#metrics = components.metrics
    this.#allocateBy = init.allocateBy ?? DEFAULT_ALLOCATE_BY
    this.#trust = trustPolicy(init, components)
    this.#log = (components.logger ?? nullLogger).forComponent('allocator')
    if (this.#allocateBy.length === 0) throw new ClusterError('ERR_CONFIG', 'metricalloc.allocate_by is invalid')
  }

  async allocate(request: AllocationRequest, { signal }: AbortOptions = {}): Promise<PeerId[]> {
    signal?.throwIfAborted()
    const placement = this.#place(request)
    if (placement.outcome === 'short') {
      this.#tellShortage(placement, request)
      throw notEnoughPeers(placement)
    }
    return [...placement.allocations]
  }

  async explain(request: AllocationRequest, { signal }: AbortOptions = {}): Promise<AllocationExplanation> {
    signal?.throwIfAborted()
    return this.#explain(this.#place(request), request)
  }

  #explain(placement: Placement, request: AllocationRequest): AllocationExplanation {
    const metrics = this.#allocateBy.map((name) => new Map(this.#metrics.latest(name).map((each) => [each.peer, each])))
    const peers = [...this.#everybody(request)].map((peer) => this.#explainedPeer(peer, metrics, request))
    return explainPlacement(placement, peers, this.#allocateBy)
  }

  #place(request: AllocationRequest): Placement {
    const { pin, existing } = request
    const measured = this.#measure()
    const mayDiffer = this.#trust !== undefined || (request.exclude ?? []).length > 0
    return placePin({
      replicationFactorMin: pin.replicationFactorMin,
      replicationFactorMax: pin.replicationFactorMax,
      stored: existing?.allocations ?? [],
      preferred: pin.userAllocations ?? [],
      able: mayDiffer ? measured.filter(({ peer }) => this.#ruledOut(peer, request) === undefined) : measured,
      rank: (peers) => this.#rank(peers)
    })
  }

  /** The error refers to the log. Pins that fail by the thousand do so for the same reasons. */
  #tellShortage(placement: Placement, request: AllocationRequest): void {
    const now = performance.now()
    if (now - this.#toldAt < SHORTAGE_LOG_INTERVAL) return
    this.#toldAt = now
    const { peers } = this.#explain(placement, request)
    const reasons = peers.slice(0, SHORTAGE_LOG_PEERS).map(verdictText)
    const more = peers.length > reasons.length ? [`${peers.length - reasons.length} more`] : []
    const known = peers.length === 0 ? ['no peer is known'] : [...reasons, ...more]
    this.#log.warn(`not enough peers for ${cidToText(request.pin.cid)}: ${known.join('; ')}`)
  }

  /** Most pins have the same candidates with the same metrics, so the last order is kept. */
  #rank(peers: readonly MeasuredPeer[]): readonly PeerId[] {
    if (!sameItems(peers, this.#ranked.peers)) this.#ranked = { peers, order: rankPeers(peers) }
    return this.#ranked.order
  }

  #measure(): readonly MeasuredPeer[] {
    const metrics = this.#allocateBy.map((name) => this.#metrics.latest(name))
    const isSame = metrics.every((list, level) => sameItems(list, this.#measured.metrics[level]))
    if (!isSame) this.#measured = { metrics, peers: this.#namedTwice === undefined ? measuredPeers(metrics) : [] }
    return this.#measured.peers
  }

  get #namedTwice(): string | undefined {
    return this.#allocateBy.find((name, index) => this.#allocateBy.indexOf(name) !== index)
  }

  #ruledOut(peer: PeerId, { exclude }: AllocationRequest): Obstacle | undefined {
    return exclude?.includes(peer) === true ? { reason: 'excluded' } : this.#trust?.(peer)
  }

  /** Whoever is alive, or is named in the request. */
  #everybody({ pin, existing, exclude }: AllocationRequest): Set<PeerId> {
    const known = [...this.#allocateBy, 'ping'].flatMap((name) => this.#metrics.latest(name).map(({ peer }) => peer))
    return new Set([...known, ...(existing?.allocations ?? []), ...(pin.userAllocations ?? []), ...(exclude ?? [])])
  }

  #explainedPeer(
    peer: PeerId,
    metrics: readonly ReadonlyMap<PeerId, Metric>[],
    request: AllocationRequest
  ): ExplainedPeer {
    const values: Record<string, string> = {}
    let unmeasured: Obstacle | undefined
    for (const [level, name] of this.#allocateBy.entries()) {
      const metric = metrics[level]?.get(peer)
      if (metric === undefined) unmeasured ??= this.#whyUnmeasured(name, peer)
      else values[name] = metric.value
    }
    const twice = this.#namedTwice
    if (twice !== undefined) unmeasured ??= { reason: 'metric-named-twice', metric: twice }
    const obstacle = this.#ruledOut(peer, request) ?? unmeasured
    return { peer, values, ...(obstacle && { obstacle }) }
  }

  #whyUnmeasured(metric: string, peer: PeerId): Obstacle {
    const [newest] = this.#metrics.history?.(metric, peer) ?? []
    if (newest === undefined) return { reason: 'metric-missing', metric }
    return { reason: newest.valid ? 'metric-expired' : 'metric-invalid', metric }
  }
}

/** Those that have one of each; a name that nobody publishes leaves none (spec: wire 11.2). */
function measuredPeers(metrics: readonly (readonly Metric[])[]): MeasuredPeer[] {
  const byPeer = new Map<PeerId, Metric[]>()
  for (const list of metrics) {
    for (const metric of list) {
      const found = byPeer.get(metric.peer)
      if (found === undefined) byPeer.set(metric.peer, [metric])
      else found.push(metric)
    }
  }
  return [...byPeer]
    .filter(([, found]) => found.length === metrics.length)
    .map(([peer, found]) => ({ peer, metrics: found }))
}

function sameItems<T>(a: readonly T[], b: readonly T[] = []): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}
