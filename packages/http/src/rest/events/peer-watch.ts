import type { PeerId } from '@ipfs-cluster/api'
import { parsePing } from '@ipfs-cluster/core/cluster'
import type { Cluster } from '@ipfs-cluster/core/cluster'

/** Who came and who went since the last look. */
export interface PeerChanges {
  readonly joined: readonly { peer: PeerId; peername: string }[]
  readonly left: readonly { peer: PeerId; peername: string }[]
}

/** Notices which peers come and go, by their pings. The first look finds no changes. */
export class PeerWatch {
  readonly #cluster: Pick<Cluster, 'metrics'>
  #names: ReadonlyMap<PeerId, string>

  constructor(cluster: Pick<Cluster, 'metrics'>) {
    this.#cluster = cluster
    this.#names = this.#present()
  }

  look(): PeerChanges {
    const before = this.#names
    const now = this.#present()
    this.#names = now
    return { joined: missingIn(before, now), left: missingIn(now, before) }
  }

  #present(): ReadonlyMap<PeerId, string> {
    return new Map(this.#cluster.metrics('ping').map(({ peer, value }) => [peer, parsePing(value).peername]))
  }
}

function missingIn(
  others: ReadonlyMap<PeerId, string>,
  names: ReadonlyMap<PeerId, string>
): { peer: PeerId; peername: string }[] {
  return [...names].filter(([peer]) => !others.has(peer)).map(([peer, peername]) => ({ peer, peername }))
}
