import type { Multiaddr, PeerId } from '@ipfs-cluster/api'
import type { KnownPeer } from './peerstore-file.ts'

/** Where an {@link AddressBook} has an end. */
export interface AddressBookInit {
  /** Milliseconds that an address is kept after it was last heard of. */
  ttl: number
  /** Milliseconds since some fixed time. */
  now(): number
  /** From 0 to below 1. */
  random(): number
}

interface Entry {
  /** Given by the user of this peer: kept while it runs. */
  given: Set<Multiaddr>
  /** Heard from the peer itself or of others. */
  heard: readonly Multiaddr[]
  heardAt: number
  /** What was heard does not age either. */
  isKept: boolean
  priority: number
}

/** Most peers that are remembered; the one heard of longest ago goes first. */
const MAX_PEERS = 10_000

/** What a peer gets that could not be reached, so that others come before it (spec: wire 1.6). */
export const UNREACHED_PRIORITY = 9999

/**
 * Which peers there are, how to reach them and whom to call first: 0 comes before 1. Answers at once, where libp2p's
 * own store of peers has to be waited for.
 */
export class AddressBook {
  readonly #init: AddressBookInit
  /** In the order in which the peers were last heard of. */
  readonly #entries = new Map<PeerId, Entry>()

  constructor(init: AddressBookInit) {
    this.#init = init
  }

  /** Adds addresses from the user: they do not age. */
  give(peer: PeerId, addresses: readonly Multiaddr[]): void {
    const { given } = this.#touch(peer)
    for (const address of addresses) given.add(address)
  }

  /** Takes the addresses that a peer is known by now, in place of those heard before. */
  hear(peer: PeerId, addresses: readonly Multiaddr[]): void {
    if (addresses.length === 0) return
    const entry = this.#touch(peer)
    entry.heard = addresses
    entry.heardAt = this.#init.now()
  }

  /** The peer is there: what was heard of it is still true. */
  renew(peer: PeerId): void {
    const entry = this.#entries.get(peer)
    if (entry !== undefined) entry.heardAt = this.#init.now()
  }

  /** The peer matters: what is heard of it is not forgotten. */
  keep(peer: PeerId): void {
    this.#touch(peer).isKept = true
  }

  setPriority(peer: PeerId, priority: number): void {
    this.#touch(peer).priority = priority
  }

  addressesOf(peer: PeerId): Multiaddr[] {
    const entry = this.#entries.get(peer)
    if (entry === undefined) return []
    const isFresh = entry.isKept || this.#init.now() - entry.heardAt < this.#init.ttl
    return [...new Set([...entry.given, ...(isFresh ? entry.heard : [])])].sort()
  }

  /** All peers with an address, those to call first at the front; chance decides between equals. */
  byPriority(): KnownPeer[] {
    const ranked = this.#all().map((known) => {
      const priority = this.#entries.get(known.peer)?.priority ?? 0
      return { known, priority, lot: this.#init.random() }
    })
    ranked.sort((a, b) => a.priority - b.priority || a.lot - b.lot)
    return ranked.map(({ known }) => known)
  }

  /** All peers with an address, as chance will have it. */
  shuffled(): KnownPeer[] {
    const drawn = this.#all().map((known) => ({ known, lot: this.#init.random() }))
    return drawn.sort((a, b) => a.lot - b.lot).map(({ known }) => known)
  }

  #all(): KnownPeer[] {
    return [...this.#entries.keys()]
      .map((peer) => ({ peer, addresses: this.addressesOf(peer) }))
      .filter(({ addresses }) => addresses.length > 0)
  }

  #touch(peer: PeerId): Entry {
    const entry = this.#entries.get(peer) ?? {
      given: new Set(),
      heard: [],
      heardAt: -Infinity,
      isKept: false,
      priority: 0
    }
    this.#entries.delete(peer)
    this.#entries.set(peer, entry)
    if (this.#entries.size > MAX_PEERS) this.#forgetOne()
    return entry
  }

  #forgetOne(): void {
    for (const [peer, { given, isKept }] of this.#entries) {
      if (given.size > 0 || isKept) continue
      this.#entries.delete(peer)
      return
    }
  }
}
