import type { IpfsRepoStat, Metric, PeerId, Pin } from '@ipfs-cluster/api'
import { peerIdToBytes } from '@ipfs-cluster/api'
import { isPinnedEverywhere } from '../pintracker/index.ts'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { RepeatingTask } from '../util/repeating-task.ts'
import type { AbortOptions } from '../util/startable.ts'
import { startAll, stopAll } from '../util/startable.ts'
import { NOTED_DELAY, RECHECK_INTERVAL } from './defaults.ts'
import type {
  ClusterRepair,
  DrainProgress,
  RebalanceProgress,
  RepairComponents,
  RepairInit,
  RepairProgress
} from './interface.ts'
import type { PeerMark } from './mark.ts'
import { Mover } from './mover.ts'
import { Presence } from './presence.ts'
import type { PeerLoad, RebalancePlan } from './rebalance.ts'
import { RebalancePlanner } from './rebalance.ts'
import { Repairer } from './repairer.ts'

/** What the plans of a rebalancing are made from. */
export interface RepairSources {
  repoStat(peer: PeerId, options?: AbortOptions): Promise<IpfsRepoStat>
  /** The newest metric of each peer. */
  latest(name: string): readonly Metric[]
  names(): string[]
}

/** Intervals of the Go release, in milliseconds. */
const DEFAULT_PING_INTERVAL = 15_000
const DEFAULT_WATCH_INTERVAL = 5000

/** Pings that a peer may leave out after the start of this one before it is missed. */
const UNHEARD_PINGS = 4

/** The use cases of operators, and the repair that runs by itself. */
export class Repair implements ClusterRepair {
  readonly #components: RepairComponents & RepairSources
  readonly #log: Logger
  readonly #presence: Presence
  readonly #repairer: Repairer
  readonly #mover: Mover
  readonly #tasks: readonly RepeatingTask[]
  #gone: readonly PeerId[] = []
  #unsubscribe: (() => void) | undefined
  #noted: NodeJS.Timeout | undefined

  constructor(components: RepairComponents & RepairSources, init: RepairInit & { peerWatchInterval?: number } = {}) {
    const { logger, marks } = components
    const ping = init.monitorPingInterval ?? DEFAULT_PING_INTERVAL
    this.#components = components
    this.#log = logger.forComponent('repair')
    this.#presence = new Presence({ after: init.repair?.after ?? 0, unheardAfter: UNHEARD_PINGS * ping }, (peer) =>
      marks.kindOf(peer)
    )
    this.#repairer = new Repairer({ ...components, presence: this.#presence }, init)
    this.#mover = new Mover(components, this.#log)
    const task = (interval: number, run: (signal: AbortSignal) => Promise<void>): RepeatingTask =>
      new RepeatingTask({ interval, run, onError: (err) => this.#log.error(messageOf(err)) })
    this.#tasks = [
      task(Math.min(init.peerWatchInterval ?? DEFAULT_WATCH_INTERVAL, ping), (signal) => this.#watch({ signal })),
      task(Math.min(RECHECK_INTERVAL, ping), (signal) => this.#recheck({ signal }))
    ]
  }

  async start(): Promise<void> {
    this.#unsubscribe ??= this.#components.marks.on('mark', () => this.#components.walk())
    await startAll(this.#tasks)
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    clearTimeout(this.#noted)
    this.#noted = undefined
    await this.#mover.close()
    await stopAll(this.#tasks)
  }

  /** Goes over pins that somebody walks over. */
  async walk(pins: AsyncIterable<Pin>, options: AbortOptions = {}): Promise<void> {
    await this.#lookUp(options)
    await this.#repairer.walk(pins, options)
  }

  /**
   * A pin that came after the last walk, to a peer that has just joined or was away: it may be one that nobody else looks
   * after.
   */
  note(pin: Pin): void {
    if (this.#noted !== undefined || !this.#repairer.concerns(pin)) return
    this.#noted = setTimeout(() => {
      this.#noted = undefined
      this.#components.walk()
    }, NOTED_DELAY).unref()
  }

  marks(): PeerMark[] {
    return this.#components.marks.list()
  }

  async setMaintenance(
    peer: PeerId,
    { until = 0, ...options }: AbortOptions & { until?: number } = {}
  ): Promise<PeerMark> {
    peerIdToBytes(peer)
    return this.#components.marks.set({ peer, kind: 'maintenance', until, toMinimum: false }, options)
  }

  async drain(
    peer: PeerId,
    { toMinimum = false, ...options }: AbortOptions & { toMinimum?: boolean } = {}
  ): Promise<PeerMark> {
    peerIdToBytes(peer)
    return this.#components.marks.set({ peer, kind: 'drain', until: 0, toMinimum }, options)
  }

  async clearMark(peer: PeerId, options: AbortOptions = {}): Promise<void> {
    const { marks } = this.#components
    if (marks.get(peer) !== undefined) await marks.set({ peer, kind: 'none', until: 0, toMinimum: false }, options)
  }

  async drainProgress(peer: PeerId, options: AbortOptions = {}): Promise<DrainProgress> {
    const progress: DrainProgress = { peer, left: 0, moving: 0, everywhere: 0 }
    for await (const pin of this.#components.consensus.state.list(options)) {
      if (isPinnedEverywhere(pin)) progress.everywhere++
      const listed = pin.allocations ?? []
      if (!listed.includes(peer)) continue
      progress.left++
      // Those that were given the pin in its place stand before it.
      if (listed.length > pin.replicationFactorMax) progress.moving++
    }
    return progress
  }

  progress(): RepairProgress {
    return this.#repairer.progress()
  }

  async planRebalance(options: AbortOptions = {}): Promise<RebalancePlan> {
    const { state } = this.#components.consensus
    const loads = await this.#loads(options)
    const planner = new RebalancePlanner(loads, await this.#pinSize(loads, options))
    for await (const pin of state.list(options)) planner.consider(pin)
    return planner.plan
  }

  startRebalance(plan: RebalancePlan): void {
    this.#mover.start(plan)
  }

  rebalanceProgress(): RebalanceProgress {
    return this.#mover.progress
  }

  async stopRebalance(options: AbortOptions = {}): Promise<void> {
    await this.#mover.stop(options)
  }

  async #watch(options: AbortOptions): Promise<void> {
    const returned = await this.#lookUp(options)
    const gone = this.#presence.gone(performance.now())
    const lost = gone.filter((peer) => !this.#gone.includes(peer))
    this.#gone = gone
    for (const peer of lost) this.#log.warn(`${peer} is gone: ${this.#repairer.intention}`)
    for (const peer of returned) this.#log.info(`${peer} is back: what it holds counts again`)
    if (lost.length + returned.length > 0) this.#components.walk()
  }

  /** A peer that has just come back may have seen to a pin by itself: whoever takes it for gone would do that again. */
  async #recheck(options: AbortOptions): Promise<void> {
    if (this.#repairer.isWaiting) await this.#watch(options)
    await this.#repairer.recheck(options)
  }

  /** @returns peers that have come back */
  async #lookUp(options: AbortOptions): Promise<PeerId[]> {
    const { peerId, consensus } = this.#components
    const members = await consensus.peers(options)
    const returned = this.#presence.update(peerId, members, performance.now())
    this.#repairer.share(members)
    return returned
  }

  /** How full those peers are that say so, without those whose pins are not to be touched. */
  async #loads(options: AbortOptions): Promise<Map<PeerId, PeerLoad>> {
    const { consensus, marks } = this.#components
    const loads = new Map<PeerId, PeerLoad>()
    await Promise.all(
      (await consensus.peers(options)).map(async (peer) => {
        if (marks.kindOf(peer) !== 'none') return
        try {
          const { repoSize, storageMax } = await this.#components.repoStat(peer, options)
          loads.set(peer, { used: Number(repoSize), capacity: Number(storageMax), group: this.#groupOf(peer) })
        } catch (err) {
          options.signal?.throwIfAborted()
          this.#log.warn(`${peer} is left out of the plan: ${messageOf(err)}`)
        }
      })
    )
    // The order in which they answered must not show.
    return new Map([...loads].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** Bytes of a pin, on the average of all that these peers hold. */
  async #pinSize(loads: ReadonlyMap<PeerId, PeerLoad>, options: AbortOptions): Promise<number> {
    let copies = 0
    for await (const pin of this.#components.consensus.state.list(options)) {
      copies += isPinnedEverywhere(pin) ? loads.size : (pin.allocations ?? []).filter((peer) => loads.has(peer)).length
    }
    const used = [...loads.values()].reduce((sum, each) => sum + each.used, 0)
    return Math.max(1, copies === 0 ? 1 : used / copies)
  }

  /** Peers with the same tags are one group. */
  #groupOf(peer: PeerId): string {
    const components = this.#components
    return components
      .names()
      .filter((name) => name.startsWith('tag:'))
      .sort()
      .map((name) => `${name}=${components.latest(name).find((metric) => metric.peer === peer)?.value ?? ''}`)
      .join('\n')
  }
}
