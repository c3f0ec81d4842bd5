import type { Multiaddr, PeerId } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import type { Connection, Libp2p } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { withTimeout } from '../util/signals.ts'
import type { AbortOptions } from '../util/startable.ts'
import type { AddressBook } from './address-book.ts'
import { LOOKUP_TIMEOUT } from './defaults.ts'
import { dialFailure } from './dial-failure.ts'
import { splitPeer } from './peerstore-file.ts'
import type { KnownPeer } from './peerstore-file.ts'
import type { SecretCheck } from './secret-check.ts'

/** What a {@link Dialer} needs. */
export interface DialerInit {
  libp2p: Libp2p
  book: AddressBook
  secretCheck: SecretCheck | undefined
}

/** Gets connections to other peers, and says what is wrong when there is none. */
export class Dialer {
  readonly #init: DialerInit

  constructor(init: DialerInit) {
    this.#init = init
  }

  /**
   * A connection to a peer: the one that there is, or a new one to an address that is known or that other peers know.
   *
   * @throws ClusterError `ERR_PEER_UNREACHABLE`, `ERR_WRONG_SECRET`
   */
  async connection(peer: PeerId, options: AbortOptions = {}): Promise<Connection> {
    const open = this.#openConnection(peer)
    if (open !== undefined) return open
    const addresses = this.#init.book.addressesOf(peer)
    if (addresses.length === 0) return this.dial({ peer, addresses: await this.#lookUp(peer, options) }, options)
    try {
      return await this.dial({ peer, addresses }, options)
    } catch (err) {
      options.signal?.throwIfAborted()
      const others = await this.#lookUp(peer, options).catch(() => [])
      const unknown = others.filter((address) => !addresses.includes(address))
      if (unknown.length === 0) throw err
      return this.dial({ peer, addresses: unknown }, options)
    }
  }

  /** Connects to a peer at addresses that are given. */
  async dial({ peer, addresses }: KnownPeer, options: AbortOptions = {}): Promise<Connection> {
    const targets = addresses.map((address) => `${address}/p2p/${peer}`)
    return this.#attempt(`peer ${peer}`, targets, options)
  }

  /** Connects to an address, whoever answers there if it does not say. */
  async dialAddress(address: Multiaddr, options: AbortOptions = {}): Promise<Connection> {
    return this.#attempt(address, [address], options)
  }

  async #attempt(target: string, addresses: readonly Multiaddr[], { signal }: AbortOptions): Promise<Connection> {
    const { libp2p, secretCheck } = this.#init
    const targets = addresses.map((address) => multiaddr(address))
    try {
      return await libp2p.dial(targets, { ...(signal && { signal }) })
    } catch (err) {
      const shown =
        addresses[0] === target ? [] : addresses.map((address) => splitPeer(address)?.addresses[0] ?? address)
      throw dialFailure(err, {
        target,
        addresses: shown,
        isStranger: addresses.some((address) => secretCheck?.isStranger(address) === true)
      })
    }
  }

  #openConnection(peer: PeerId): Connection | undefined {
    const connections = this.#init.libp2p.getConnections(peerIdFromString(peer))
    const open = connections.filter(({ status }) => status === 'open')
    return open.find(({ direct }) => direct) ?? open[0]
  }

  /** Addresses of a peer as other peers know them, through the DHT. */
  async #lookUp(peer: PeerId, { signal }: AbortOptions): Promise<Multiaddr[]> {
    const { libp2p, book } = this.#init
    if (libp2p.getPeers().length === 0) {
      throw new ClusterError('ERR_PEER_UNREACHABLE', 'failed to find any peer in table')
    }
    try {
      const id = peerIdFromString(peer)
      const options = { useCache: false, signal: withTimeout(LOOKUP_TIMEOUT, signal) }
      const { multiaddrs } = await libp2p.peerRouting.findPeer(id, options)
      const addresses = multiaddrs.map((each) => each.toString().replace(`/p2p/${peer}`, ''))
      book.hear(peer, addresses)
      return addresses
    } catch (cause) {
      signal?.throwIfAborted()
      throw new ClusterError('ERR_PEER_UNREACHABLE', 'routing: not found', { cause })
    }
  }
}
