import { peerIdToBytes } from '@ipfs-cluster/api'
import type { Metric, Multiaddr, PeerId, Pin } from '@ipfs-cluster/api'
import { parsePing } from '@ipfs-cluster/core/cluster'
import { readPinAllocations } from '@ipfs-cluster/core/codec'

/** The peers that tell that they are there. */
export class Peers {
  /** Where the IPFS node of each can be reached. */
  readonly #addresses: ReadonlyMap<PeerId, readonly Multiaddr[]>
  /** Their binary IDs, a character for each byte. */
  readonly #binaryIds: ReadonlySet<string>

  /** @param pings - one of each peer; their addresses are those that other hosts have use of */
  constructor(pings: readonly Metric[]) {
    this.#addresses = new Map(pings.map(({ peer, value }) => [peer, parsePing(value).ipfsAddresses]))
    this.#binaryIds = new Set(pings.map(({ peer }) => binary(peerIdToBytes(peer))))
  }

  /** Whether a peer is gone. Nobody is as long as there are no pings at all, right after the start. */
  isGone(peer: PeerId): boolean {
    return this.#addresses.size > 0 && !this.#addresses.has(peer)
  }

  /** Whether all peers that hold a stored pin are gone. */
  areAllGone(value: Uint8Array): boolean {
    const allocations = readPinAllocations(value)
    if (allocations.length === 0 || this.#binaryIds.size === 0) return false
    return !allocations.some((id) => this.#binaryIds.has(binary(id)))
  }

  /** Addresses of the IPFS nodes that get a pin: those of its allocations, or of all peers. */
  delegatesOf({ allocations }: Pick<Pin, 'allocations'>): Multiaddr[] {
    const isEverywhere = allocations === null || allocations.length === 0
    const peers = isEverywhere ? [...this.#addresses.keys()] : allocations
    return [...new Set(peers.flatMap((peer) => this.#addresses.get(peer) ?? []))]
  }
}

function binary(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
