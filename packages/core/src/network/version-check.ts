import type { PeerId } from '@ipfs-cluster/api'
import type { Logger } from '../util/logger.ts'
import { limitedLogger } from '../util/limited-logger.ts'
import { MAX_COMPLAINTS, PROTOCOLS_PATIENCE } from './defaults.ts'

/** Protocols that only programs of this kind have. */
const FAMILY = '/ipfscluster/'

/** A peer as it has described itself. */
export interface Described {
  peer: PeerId
  agent: string
}

/** What a {@link VersionCheck} needs. */
export interface VersionCheckInit {
  log: Logger
  now: () => number
  /** What a peer offers at this moment; undefined when it is gone. */
  offers: (peer: PeerId) => Promise<readonly string[] | undefined>
}

/**
 * Says who is in the network of the cluster and cannot be one of its peers, since it does not speak the protocol that all
 * of them speak in this version: it would only show by calls that fail.
 */
export class VersionCheck {
  readonly #init: VersionCheckInit
  readonly #log: Logger
  readonly #required = new Set<string>()
  /** Peers that are looked at soon, or about which something has been said lately. */
  readonly #seen = new Set<PeerId>()

  constructor(init: VersionCheckInit) {
    this.#init = init
    this.#log = limitedLogger(init.log, MAX_COMPLAINTS, init.now)
  }

  /** Every peer has to offer this protocol. */
  require(protocol: string): void {
    if (protocol.startsWith(FAMILY)) this.#required.add(protocol)
  }

  /** Looks at a peer a little later: one that has just started does not offer everything yet. */
  look(described: Described): void {
    if (this.#seen.has(described.peer) || this.#seen.size >= MAX_SEEN) return
    this.#seen.add(described.peer)
    setTimeout(() => void this.#check(described), PROTOCOLS_PATIENCE).unref()
  }

  async #check({ peer, agent }: Described): Promise<void> {
    const offered = await this.#init.offers(peer).catch(() => undefined)
    const missing = offered && [...this.#required].filter((protocol) => !offered.includes(protocol))
    if (offered === undefined || missing === undefined || missing.length === 0) {
      this.#seen.delete(peer)
      return
    }
    // Said once in a while, and not each time that it comes.
    setTimeout(() => this.#seen.delete(peer), COMPLAINT_INTERVAL).unref()
    const others = offered.filter((protocol) => protocol.startsWith(FAMILY))
    const name = `peer ${peer} (${agent.slice(0, MAX_AGENT)})`
    if (others.length > 0) {
      const versions = `${others.join(', ')} and not ${missing.join(', ')}`
      this.#log.warn(
        `${name} speaks ${versions}: another version of IPFS Cluster. It takes no part until one is updated`
      )
    } else
      this.#log.info(`${name} knows the secret, but does not speak ${missing.join(', ')}: it is no peer of a cluster`)
  }
}

/** Peers that are remembered at the same time; about others nothing is said. */
const MAX_SEEN = 1024

/** Milliseconds until something is said of the same peer again. */
const COMPLAINT_INTERVAL = 10 * 60_000

/** Characters of what a peer calls itself. */
const MAX_AGENT = 100
