import type { Multiaddr, PeerId } from '@ipfs-cluster/api'
import type { IpfsConnector } from '../ipfs/interface.ts'
import type { AbortOptions } from '../util/startable.ts'

/** Who the IPFS node of this peer is, as last seen: it stays known while the node is down. */
export class IpfsIdentity {
  readonly #ipfs: Pick<IpfsConnector, 'id'>
  #last: { id: PeerId; addresses: Multiaddr[] } = { id: '', addresses: [] }

  constructor(ipfs: Pick<IpfsConnector, 'id'>) {
    this.#ipfs = ipfs
  }

  /** The identity with the addresses that are worth telling others; the id is empty before the node was first seen. */
  get last(): { id: PeerId; addresses: Multiaddr[] } {
    return this.#last
  }

  /**
   * Asks the node.
   *
   * @throws ClusterError `ERR_IPFS_UNAVAILABLE`
   */
  async refresh(options?: AbortOptions): Promise<void> {
    const { id, addresses } = await this.#ipfs.id(options)
    this.#last = { id, addresses: (addresses ?? []).filter(isReachable) }
  }
}

/**
 * Whether other hosts can have use of an address: names, and IP addresses that are neither of this host nor of one
 * link nor of a group. Private ranges count (spec: wire 5).
 */
export function isReachable(address: Multiaddr): boolean {
  const [, protocol, value = ''] = address.split('/')
  switch (protocol) {
    case 'dns':
    case 'dns4':
    case 'dns6':
    case 'dnsaddr':
      return true
    case 'ip4':
      return !/^(0\.0\.0\.0$|127\.|169\.254\.|255\.255\.255\.255$|22[4-9]\.|23\d\.)/.test(value)
    case 'ip6':
      return !/^(::1?$|fe[89ab][0-9a-f]:|ff)/i.test(value)
    default:
      return false
  }
}
