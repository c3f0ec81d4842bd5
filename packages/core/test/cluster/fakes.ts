import { isDeepStrictEqual } from 'node:util'
import type { IpfsId, IpfsRepoGc, IpfsRepoStat, PeerId, Pin } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import { CID } from 'multiformats/cid'
import type { Adder, AdderComponents } from '../../src/adder/interface.ts'
import { metricsAllocator } from '../../src/allocator/index.ts'
import type { ClusterEvents, ClusterInit, ClusterMetrics, ClusterNetwork } from '../../src/cluster/index.ts'
import { cluster, NO_NETWORK } from '../../src/cluster/index.ts'
import type { ClusterPeer } from '../../src/cluster/index.ts'
import { IpfsIdentity } from '../../src/cluster/ipfs-identity.ts'
import { informersOf } from '../../src/cluster/informers.ts'
import { formatPing } from '../../src/cluster/metrics.ts'
import type { Consensus, ConsensusHooks, PutOptions, UnpinOptions } from '../../src/consensus/interface.ts'
import type { Block, IpfsConnector } from '../../src/ipfs/interface.ts'
import type { PinTracker, PinTrackerInit } from '../../src/pintracker/index.ts'
import { monitor } from '../../src/monitor/index.ts'
import { pinTracker } from '../../src/pintracker/index.ts'
import { isExpired } from '../../src/state/index.ts'
import { EventBus } from '../../src/util/event-bus.ts'
import type { ComponentLogger } from '../../src/util/logger.ts'
import type { AbortOptions, Startable } from '../../src/util/startable.ts'
import { startAll, stopAll } from '../../src/util/startable.ts'
import { FakeIpfs, FakeState, IPFS_ID, PEER } from '../pintracker/fakes.ts'

/** A consensus of this peer with itself: what is logged is in the state at once. */
export class FakeConsensus implements Consensus {
  readonly state = new FakeState()
  hooks: ConsensusHooks = { onPut: () => {}, onDelete: () => {} }
  members: PeerId[] = [PEER]
  isReady: Promise<void> = Promise.resolve()
  isClean = false

  ready(): Promise<void> {
    return this.isReady
  }

  /** Through the state a pin loses what is not stored, as in a real one. */
  async logPin(pin: Pin, { replaces }: PutOptions = {}): Promise<void> {
    if (replaces !== undefined && !isDeepStrictEqual(await this.state.get(pin.cid), replaces)) return
    const { metadata, origins, timestamp, expireAt } = pin
    const stored: Pin = {
      ...pin,
      mode: pin.maxDepth === 0 ? 'direct' : 'recursive',
      userAllocations: null,
      metadata: metadata === null || Object.keys(metadata).length === 0 ? null : metadata,
      origins: origins ?? [],
      allocations: pin.allocations ?? [],
      timestamp: timestamp.truncate(),
      expireAt: expireAt.isZero ? expireAt : expireAt.truncate()
    }
    this.state.put(stored)
    this.hooks.onPut(stored)
  }

  async logUnpin({ cid }: Pin, { expiredBy }: UnpinOptions = {}): Promise<void> {
    const pin = await this.state.get(cid)
    if (expiredBy !== undefined && (pin === undefined || !isExpired(pin, expiredBy))) return
    this.state.delete(cid)
    this.hooks.onDelete(cid)
  }

  async peers(): Promise<PeerId[]> {
    return this.members
  }

  isTrusted(): boolean {
    return true
  }

  async addPeer(): Promise<void> {}

  async removePeer(): Promise<void> {
    throw new ClusterError('ERR_INTERNAL', 'crdt consensus component cannot remove peers')
  }

  async clean(): Promise<void> {
    this.isClean = true
  }
}

/** A whole IPFS node in memory. */
export class FakeIpfsNode extends FakeIpfs implements IpfsConnector {
  readonly blocks = new Map<string, Uint8Array>()
  readonly paths = new Map<string, CID>()
  addresses: string[] | null = ['/ip4/127.0.0.1/tcp/4001/p2p/' + IPFS_ID, '/ip4/10.1.2.3/tcp/4001/p2p/' + IPFS_ID]
  readonly #up = Promise.withResolvers<void>()
  #isUp = false

  async id(): Promise<IpfsId> {
    this.#throwIfDown()
    return { id: IPFS_ID, addresses: this.addresses, error: '' }
  }

  /** Until then the node is not ready. */
  up(): void {
    this.#isUp = true
    this.#up.resolve()
  }

  override async ready({ signal }: AbortOptions = {}): Promise<void> {
    signal?.throwIfAborted()
    if (this.#isUp) return super.ready(signal && { signal })
    await Promise.race([
      this.#up.promise,
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))
    ])
  }

  async putBlocks(blocks: AsyncIterable<Block> | Iterable<Block>): Promise<void> {
    this.#throwIfDown()
    for await (const { cid, data } of blocks) this.blocks.set(cid.toString(), data)
  }

  async getBlock(cid: CID): Promise<Uint8Array> {
    const block = this.blocks.get(cid.toString())
    if (block === undefined) throw new ClusterError('ERR_IPFS', 'block was not found locally')
    return block
  }

  async repoStat(): Promise<IpfsRepoStat> {
    this.#throwIfDown()
    return { repoSize: 1000n, storageMax: 5000n }
  }

  async *repoGc(): AsyncIterable<IpfsRepoGc> {
    this.#throwIfDown()
    for (const cid of this.blocks.keys()) yield { key: CID.parse(cid), error: '' }
    this.blocks.clear()
  }

  async resolve(path: string): Promise<CID> {
    const cid = this.paths.get(path)
    if (cid === undefined)
      throw new ClusterError('ERR_BAD_REQUEST', `invalid path ${JSON.stringify(path)}: invalid cid`)
    return cid
  }

  async swarmPeers(): Promise<PeerId[]> {
    return ['QmNeighbour']
  }

  async swarmConnect(): Promise<void> {}

  async configKey(): Promise<unknown> {
    return undefined
  }

  #throwIfDown(): void {
    if (this.down !== undefined) throw new ClusterError('ERR_IPFS_UNAVAILABLE', this.down)
  }
}

/** Keeps the lines of all components. */
export function memoryLogger(): { logger: ComponentLogger; lines: string[] } {
  const lines: string[] = []
  const keep = (message: string): void => void lines.push(message)
  return { lines, logger: { forComponent: () => ({ error: keep, warn: keep, info: keep, debug: () => {} }) } }
}

/** What a test may put in place of the usual parts. */
export interface TestPeerOptions {
  init?: Partial<ClusterInit>
  tracker?: PinTrackerInit
  network?: Partial<ClusterNetwork>
  metrics?: ClusterMetrics
  adder?: (components: AdderComponents) => Adder
}

/** A peer whose parts are real where they are pure, and fakes where they are not. */
export class TestPeer {
  readonly consensus = new FakeConsensus()
  readonly ipfs = new FakeIpfsNode()
  readonly events = new EventBus<ClusterEvents>()
  readonly lines: string[]
  readonly cluster: ClusterPeer
  readonly tracker: PinTracker
  readonly #parts: Startable[]

  constructor(options: TestPeerOptions = {}) {
    const { logger, lines } = memoryLogger()
    this.lines = lines
    const { consensus, ipfs, events } = this
    const identity = new IpfsIdentity(ipfs)
    const peername = 'peer0'
    const tracker = pinTracker(options.tracker)({
      logger,
      peerId: PEER,
      peername,
      state: consensus.state,
      ipfs,
      ipfsIdentity: () => identity.last,
      events
    })
    this.tracker = tracker
    const local = monitor()({
      ...{ logger, peerId: PEER },
      ping: async (signal) => {
        await identity.refresh(signal).catch(() => {})
        return formatPing({ peername, ipfsId: identity.last.id, ipfsAddresses: identity.last.addresses })
      },
      informers: informersOf({ disk: {}, tags: { tags: { group: 'default' } }, pinqueue: {} }, { ipfs, tracker })
    })
    const metrics = options.metrics ?? local
    consensus.hooks = { onPut: (pin) => tracker.track(pin), onDelete: (cid) => tracker.untrack(cid) }
    const adder =
      options.adder ?? ((): Adder => ({ add: () => ({ [Symbol.asyncIterator]: () => [].values() as never }) }))
    this.cluster = cluster({ peername, ...options.init })({
      logger,
      peerId: PEER,
      events,
      consensus,
      ipfs,
      tracker,
      allocator: metricsAllocator()({ metrics }),
      adder,
      metrics,
      network: { ...NO_NETWORK, ...options.network }
    })
    this.#parts = [local, tracker, this.cluster]
  }

  async start(): Promise<this> {
    await startAll(this.#parts)
    return this
  }

  async stop(): Promise<void> {
    await stopAll(this.#parts)
  }
}
