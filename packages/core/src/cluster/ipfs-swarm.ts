import type { PeerId } from '@ipfs-cluster/api'
import type { IpfsConnector } from '../ipfs/interface.ts'
import { backoff } from '../util/backoff.ts'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { RepeatingTask } from '../util/repeating-task.ts'
import { withTimeout } from '../util/signals.ts'
import type { AbortOptions, Startable } from '../util/startable.ts'
import {
  MAX_SWARM_ADDRESSES,
  MEMBER_TIMEOUT,
  SWARM_BACKOFF,
  SWARM_DIALS_PER_LOOK,
  SWARM_RECHECK_INTERVAL
} from './defaults.ts'
import type { Member } from './members.ts'
import type { ClusterMetrics } from './metrics.ts'
import { parsePing } from './metrics.ts'

/** When the node is connected to others, in milliseconds. */
export interface IpfsSwarmInit {
  /** From the start to the first look; 0: never. */
  delay: number
  /** Between two looks for members that are new. */
  interval: number
}

export interface IpfsSwarmComponents {
  log: Logger
  peerId: PeerId
  metrics: Pick<ClusterMetrics, 'latest'>
  ipfs: Pick<IpfsConnector, 'swarmPeers' | 'swarmConnect'>
  member(peer: PeerId): Pick<Member, 'id'>
  /** Milliseconds since some fixed time. */
  now?: () => number
}

/** A member with what is known of the way to its IPFS node. */
interface Link {
  peer: PeerId
  ipfsId: PeerId
  /** When it is looked at again. */
  dueAt: number
  /** Attempts to connect since the two nodes were last seen connected. */
  attempts: number
}

/**
 * Keeps the IPFS node of this peer connected to those of the other members, so that they find blocks with one another
 * without a DHT. A member that joins later is connected when its first ping has come; a node that is not there, or
 * closes the connection again and again, is called ever more seldom.
 */
export class IpfsSwarm implements Startable {
  readonly #components: IpfsSwarmComponents
  readonly #now: () => number
  readonly #task: RepeatingTask | undefined
  /** By peer; only of those that are members at the moment. */
  #links = new Map<PeerId, Link>()

  constructor(components: IpfsSwarmComponents, { delay, interval }: IpfsSwarmInit) {
    this.#components = components
    this.#now = components.now ?? ((): number => performance.now())
    if (delay === 0) return
    this.#task = new RepeatingTask({
      ...{ delay, interval },
      run: (signal) => this.look({ signal }),
      onError: (err) => components.log.debug(`connecting the IPFS nodes to one another: ${messageOf(err)}`)
    })
  }

  afterStart(): void {
    this.#task?.start()
  }

  async stop(): Promise<void> {
    await this.#task?.stop()
  }

  /**
   * Connects to the nodes of some members that are due; the others come with the next look.
   *
   * @throws ClusterError `ERR_IPFS_UNAVAILABLE` when the own node cannot be asked
   */
  async look(options: AbortOptions = {}): Promise<void> {
    this.#links = this.#membersNow()
    const due = [...this.#links.values()].filter(({ dueAt }) => dueAt <= this.#now()).slice(0, SWARM_DIALS_PER_LOOK)
    if (due.length === 0) return
    const connected = new Set(await this.#components.ipfs.swarmPeers(options))
    await Promise.all(
      due.map(async (link) => {
        if (connected.has(link.ipfsId)) this.#settle(link)
        else await this.#connect(link, options)
      })
    )
  }

  /** Who has told of an IPFS node. One that has changed its node counts as new. */
  #membersNow(): Map<PeerId, Link> {
    const links = new Map<PeerId, Link>()
    for (const { peer, value } of this.#components.metrics.latest('ping')) {
      const { ipfsId } = parsePing(value)
      if (peer === this.#components.peerId || ipfsId === '') continue
      const known = this.#links.get(peer)
      links.set(peer, known?.ipfsId === ipfsId ? known : { peer, ipfsId, dueAt: -Infinity, attempts: 0 })
    }
    return links
  }

  #settle(link: Link): void {
    link.attempts = 0
    link.dueAt = this.#now() + SWARM_RECHECK_INTERVAL
  }

  /** The addresses come from the member itself: its ping names only those that other hosts can reach. */
  async #connect(link: Link, { signal }: AbortOptions): Promise<void> {
    const { log, ipfs } = this.#components
    link.dueAt = this.#now() + backoff(++link.attempts, SWARM_BACKOFF, Math.random())
    const limited = { signal: withTimeout(MEMBER_TIMEOUT, signal) }
    try {
      const { addresses } = (await this.#components.member(link.peer).id(limited)).ipfs
      await ipfs.swarmConnect((addresses ?? []).slice(0, MAX_SWARM_ADDRESSES), limited)
      log.debug(`asked the IPFS node to connect to that of ${link.peer}`)
    } catch (err) {
      signal?.throwIfAborted()
      log.debug(`the IPFS node does not reach that of ${link.peer}: ${messageOf(err)}`)
    }
  }
}
