import { globalPinInfoIn } from '@ipfs-cluster/core/cluster'
import type { Cluster } from '@ipfs-cluster/core/cluster'
import type { StoredPin } from '@ipfs-cluster/core/state'
import type { AbortOptions } from '@ipfs-cluster/core/util'
import type { Peers } from './peers.ts'
import { statusWordOf, UNSETTLED } from './status-word.ts'
import type { StatusWord } from './status-word.ts'

/** Which pins have one of some statuses, as far as that is known without asking the peers of each pin. */
export class StatusTest {
  /** The pins that are not simply pinned, by key, and whether they are wanted. */
  readonly unsettled: ReadonlyMap<string, boolean>
  /** Whether pins are wanted that are on their peers and well. */
  readonly wantsSettled: boolean
  /** Whether a pin may be on peers that are all gone, so that each has to be looked at. */
  readonly hasLost: boolean
  readonly #wantsLost: boolean
  readonly #peers: Peers

  private constructor(
    peers: Peers,
    statuses: ReadonlySet<StatusWord>,
    unsettled: ReadonlyMap<string, boolean>,
    hasLost: boolean
  ) {
    this.#peers = peers
    this.unsettled = unsettled
    this.wantsSettled = statuses.has('pinned')
    this.#wantsLost = statuses.has('failed')
    this.hasLost = hasLost
  }

  /** Asks all peers for what is not settled. */
  static async make(
    cluster: Pick<Cluster, 'listStatuses' | 'state'>,
    peers: Peers,
    statuses: ReadonlySet<StatusWord>,
    options: AbortOptions
  ): Promise<StatusTest> {
    const unsettled = new Map<string, boolean>()
    for await (const items of cluster.listStatuses(UNSETTLED, { ...options, brief: true })) {
      for (const item of items) {
        const word = statusWordOf(globalPinInfoIn(item), (peer) => peers.isGone(peer))
        if (word !== undefined) unsettled.set(item.key, statuses.has(word))
      }
    }
    const holders = await cluster.state.pinsPerPeer(options)
    return new StatusTest(
      peers,
      statuses,
      unsettled,
      [...holders.keys()].some((peer) => peers.isGone(peer))
    )
  }

  wants({ key, value }: StoredPin): boolean {
    const known = this.unsettled.get(key)
    if (known !== undefined) return known
    return this.hasLost && this.#peers.areAllGone(value) ? this.#wantsLost : this.wantsSettled
  }
}
