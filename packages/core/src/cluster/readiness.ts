import type { PeerId } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import type { Consensus } from '../consensus/interface.ts'
import type { IpfsConnector } from '../ipfs/interface.ts'
import { messageOf } from '../util/errors.ts'
import type { EventBus } from '../util/event-bus.ts'
import type { Logger } from '../util/logger.ts'
import { abortable } from '../util/signals.ts'
import type { AbortOptions } from '../util/startable.ts'
import type { ClusterEvents } from './events.ts'

/** What a peer waits for. */
export interface ReadinessComponents {
  log: Logger
  peerId: PeerId
  consensus: Pick<Consensus, 'ready' | 'peers'>
  ipfs: Pick<IpfsConnector, 'ready' | 'id'>
  events: Pick<EventBus<ClusterEvents>, 'emit'>
}

/** The way to READY: first the consensus, then the IPFS node. The lines that it logs are what scripts wait for. */
export class Readiness {
  readonly #components: ReadinessComponents
  readonly #abort = new AbortController()
  readonly #ready = Promise.withResolvers<void>()
  #work: Promise<void> = Promise.resolve()
  #isReady = false

  constructor(components: ReadinessComponents) {
    this.#components = components
    // Nobody need wait for it.
    this.#ready.promise.catch(() => {})
  }

  get isReady(): boolean {
    return this.#isReady
  }

  /** @param onReady - called once, before anybody else hears of it */
  begin(onReady: () => void): void {
    this.#work = this.#waitForAll(onReady).catch((err: unknown) => {
      if (!this.#abort.signal.aborted) this.#components.log.error(messageOf(err))
      this.#ready.reject(err)
    })
  }

  /** The peer stops: it will not get ready any more. */
  async end(): Promise<void> {
    this.#abort.abort(new ClusterError('ERR_SHUTTING_DOWN', 'the peer is shutting down'))
    if (!this.#isReady) this.#ready.reject(this.#abort.signal.reason)
    await this.#work
  }

  async wait(options: AbortOptions = {}): Promise<void> {
    await abortable(this.#ready.promise, options)
  }

  async #waitForAll(onReady: () => void): Promise<void> {
    const { log, peerId, consensus, ipfs, events } = this.#components
    const { signal } = this.#abort
    await consensus.ready({ signal })
    const others = (await consensus.peers({ signal })).filter((peer) => peer !== peerId)
    log.info('Cluster Peers (without including ourselves):')
    if (others.length === 0) log.info('    - No other peers')
    for (const peer of others) log.info(`    - ${peer}`)
    log.info('Waiting for IPFS to be ready...')
    await ipfs.ready({ signal })
    const ipfsId = await this.#ipfsId(signal)
    this.#isReady = true
    onReady()
    log.info('** IPFS Cluster is READY **')
    this.#ready.resolve()
    events.emit('ready', { peerId, ipfsId })
  }

  async #ipfsId(signal: AbortSignal): Promise<PeerId> {
    const { log, ipfs } = this.#components
    try {
      const { id } = await ipfs.id({ signal })
      log.info(`IPFS is ready. Peer ID: ${id}`)
      return id
    } catch (err) {
      signal.throwIfAborted()
      log.error(`IPFS signaled ready but ID() errored: ${messageOf(err)}`)
      return ''
    }
  }
}
