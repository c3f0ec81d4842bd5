import type { Metric, Multiaddr, PeerId, Pin } from '@ipfs-cluster/api'
import { parsePing } from '@ipfs-cluster/core/cluster'

/** Where the IPFS nodes of the peers can be reached, out of their pings. */
export class Delegates {
  readonly #addresses: ReadonlyMap<PeerId, readonly Multiaddr[]>

  /** @param pings - one of each peer; their addresses are those that other hosts have use of */
  constructor(pings: readonly Metric[]) {
    this.#addresses = new Map(pings.map(({ peer, value }) => [peer, parsePing(value).ipfsAddresses]))
  }

  /** Addresses of the nodes that get the pin: those of its allocations, or of all peers. */
  of({ allocations }: Pick<Pin, 'allocations'>): Multiaddr[] {
    const isEverywhere = allocations === null || allocations.length === 0
    const peers = isEverywhere ? [...this.#addresses.keys()] : allocations
    return [...new Set(peers.flatMap((peer) => this.#addresses.get(peer) ?? []))]
  }
}
