import { ClusterError } from '@ipfs-cluster/api'
import type { PeerId, Pin } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import { BlockDamagedError, blockIdOf } from '../../blocks/index.ts'
import type { BlockId, BlockReader } from '../../blocks/index.ts'
import { decodePin, encodePin, peerIdToBytes, pinKey, pinKeyToCid } from '../../codec/index.ts'
import type { DatastoreReader } from '../../datastore/index.ts'
import { datastorePinState } from '../../state/index.ts'
import type { ImportTarget, PinState, StoredPin } from '../../state/index.ts'
import { messageOf } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import type { AbortOptions } from '../../util/startable.ts'
import type { Consensus, PutOptions, SyncProgress, UnpinOptions } from '../interface.ts'
import {
  DEFAULT_NAMESPACE,
  DEFAULT_PEERSET_METRIC,
  DEFAULT_REBROADCAST_INTERVAL,
  DEFAULT_REPAIR_INTERVAL,
  EVERYBODY,
  MAX_DELTA_SIZE
} from './defaults.ts'
import type { CrdtComponents, CrdtInit } from './interface.ts'
import { adoptBlocks } from './adopt.ts'
import { encodedSize } from './delta.ts'
import type { Element } from './delta.ts'
import { Mender } from './mender.ts'
import { ProgressMeter } from './progress.ts'
import { Replica } from './replica.ts'
import { Replication } from './replication.ts'
import { storedChanges } from './stored-changes.ts'
import type { StoredChange } from './stored-changes.ts'
import type { Effect } from './transaction.ts'
import { Writer } from './writer.ts'

/** The consensus of replicas that merge each other's deltas. */
export class CrdtConsensus implements Consensus, ImportTarget {
  readonly state: PinState
  readonly #components: CrdtComponents
  readonly #init: CrdtInit
  readonly #log: Logger
  readonly #trusted: ReadonlySet<PeerId>
  readonly #replica: Replica
  readonly #writer: Writer
  readonly #meter: ProgressMeter
  #mender: Mender
  #replication: Replication | undefined
  #isStarted = false
  /** Nobody need hear of each pin of an import: whoever starts after it looks at all of them. */
  #isQuiet = false

  constructor(components: CrdtComponents, init: CrdtInit = {}) {
    const { datastore } = components
    this.#components = components
    this.#init = init
    this.#log = components.logger.forComponent('crdt')
    this.#trusted = new Set([components.peerId, ...(init.trustedPeers ?? [])])
    const namespace = init.datastoreNamespace ?? DEFAULT_NAMESPACE
    const replica = new Replica({
      datastore,
      namespace,
      mend: (id) => this.#mender.mend(id),
      onCommit: (effects) => this.#tell(effects),
      log: this.#log
    })
    this.#replica = replica
    this.#meter = new ProgressMeter({ replica, log: this.#log })
    this.#mender = this.#makeMender()
    this.#writer = new Writer({
      replica,
      datastore,
      onHead: (head, blocks) => this.#replication?.announce(head, blocks),
      log: this.#log,
      ...(init.batching === undefined ? {} : { batching: init.batching })
    })
    this.blocks = mendedBlocks(replica.blocks, (id) => this.#mender.note(id))
    const { keys, index } = replica
    this.state = datastorePinState({ prefix: keys.current, suffix: '/v', index, count: () => replica.pins })(components)
  }

  /** The delta blocks of this peer, which it has to serve to all others. One that is damaged is mended meanwhile. */
  readonly blocks: BlockReader

  /** Blocks that no other block of this peer links. */
  get heads(): readonly CID[] {
    return this.#replica.heads.cids()
  }

  /** Whether everything below the heads is there. */
  get isComplete(): boolean {
    return this.#replica.missing.size === 0 && !this.#replica.mustRepair
  }

  /** Height of the highest change; 0 when there is none. */
  get maxHeight(): number {
    return this.#replica.heads.maxHeight
  }

  /** Whether the store bears the mark that something below the heads may be missing. */
  get isDirty(): boolean {
    return this.#replica.isDirty
  }

  /** Sets or takes away that mark. With it everything is looked over when the peer next runs. */
  mark(isDirty: boolean): Promise<void> {
    return this.#replica.mark(isDirty)
  }

  /** All changes that are stored, in no particular order. One that is damaged is left out. */
  changes(options: AbortOptions = {}): AsyncGenerator<StoredChange> {
    return storedChanges(this.#components.datastore, this.#replica.keys, options)
  }

  /** How far this peer is with taking in what others have. */
  get progress(): SyncProgress {
    return this.#meter.progress
  }

  /** Those of the delta blocks that are part of the pinset. */
  mergedOf(ids: readonly BlockId[]): Promise<ReadonlySet<BlockId>> {
    return this.#replica.processedOf(ids)
  }

  async start(): Promise<void> {
    if (this.#isStarted) return
    await this.#replica.open()
    await this.#writer.start()
    this.#isStarted = true
    this.#log.info(`the pinset has ${this.#replica.pins} pins, at height ${this.#replica.heads.maxHeight}`)
  }

  afterStart(): void {
    if (this.#replication !== undefined) return
    this.#mender = this.#makeMender()
    this.#replication = this.#makeReplication()
    this.#replication.start()
  }

  async beforeStop(): Promise<void> {
    await this.#writer.stop()
  }

  async stop(): Promise<void> {
    await this.#writer.stop()
    await this.#replication?.stop()
    this.#replication = undefined
    this.#isStarted = false
  }

  /** At once: a replica can be written to and read whatever it has missed so far. */
  async ready(options: AbortOptions = {}): Promise<void> {
    options.signal?.throwIfAborted()
  }

  async logPin(pin: Pin, { replaces, ...options }: PutOptions = {}): Promise<void> {
    const condition = replaces && { replaces: encodePin(replaces) }
    await this.#writer.add({ type: 'add', key: pinKey(pin.cid), value: encodePin(pin), ...condition }, options)
  }

  async logUnpin(pin: Pin, { expiredBy, ...options }: UnpinOptions = {}): Promise<void> {
    await this.#writer.add({ type: 'remove', key: pinKey(pin.cid), ...(expiredBy && { expiredBy }) }, options)
  }

  /** In the order of the bytes of their IDs. */
  async peers(options: AbortOptions = {}): Promise<PeerId[]> {
    const metric = this.#init.peersetMetric ?? DEFAULT_PEERSET_METRIC
    const members = (await this.#components.members?.members(metric, options)) ?? []
    const ids = [...new Set([this.#components.peerId, ...members])].map((id) => ({ id, bytes: peerIdToBytes(id) }))
    return ids.sort((a, b) => Buffer.compare(a.bytes, b.bytes)).map(({ id }) => id)
  }

  isTrusted(peer: PeerId): boolean {
    return this.#trusted.has(EVERYBODY) || this.#trusted.has(peer)
  }

  /** Nothing to be done: whoever speaks on the topic and sends metrics is a peer. */
  async addPeer(): Promise<void> {}

  async removePeer(): Promise<void> {
    throw new ClusterError('ERR_NOT_SUPPORTED', 'crdt consensus component cannot remove peers')
  }

  async clean(): Promise<void> {
    await this.#replica.clean()
  }

  /** Only while not started. Other peers are not told; they hear of it when the peer runs. */
  async replaceAll(pins: AsyncIterable<readonly StoredPin[]>, options: AbortOptions = {}): Promise<void> {
    if (this.#isStarted) throw new ClusterError('ERR_NOT_SUPPORTED', 'the pinset of a running peer cannot be replaced')
    this.#isQuiet = true
    try {
      await this.#replica.replaceBy(inDeltas(pins), options)
    } finally {
      this.#isQuiet = false
    }
  }

  /**
   * Takes in the changes that another store holds, as far as they are whole: what is left of one that was damaged.
   *
   * @returns how many changes there were
   */
  adopt(store: DatastoreReader, options: AbortOptions = {}): Promise<number> {
    return adoptBlocks(this.#replica, store, options)
  }

  /** Resolves when everything that other replicas told of and that can be had is merged. */
  async settled(): Promise<void> {
    await this.#replication?.idle()
  }

  #makeMender(): Mender {
    const { datastore, deltas } = this.#components
    return new Mender({ datastore, keys: this.#replica.keys, log: this.#log, ...(deltas && { source: deltas }) })
  }

  #makeReplication(): Replication {
    const { datastore, broadcaster, deltas } = this.#components
    return new Replication({
      replica: this.#replica,
      datastore,
      isTrusted: (peer) => this.isTrusted(peer),
      rebroadcastInterval: this.#init.rebroadcastInterval ?? DEFAULT_REBROADCAST_INTERVAL,
      repairInterval: this.#init.repairInterval ?? DEFAULT_REPAIR_INTERVAL,
      mender: this.#mender,
      meter: this.#meter,
      onDamage: (error) => this.#components.onDamage?.(error),
      log: this.#log,
      ...(broadcaster && { broadcaster }),
      ...(deltas && { source: deltas })
    })
  }

  #tell(effects: readonly Effect[]): void {
    if (this.#isQuiet) return
    for (const effect of effects) {
      try {
        this.#tellOf(effect)
      } catch (err) {
        this.#log.error(`passed over a change of ${effect.key}, which cannot be read: ${messageOf(err)}`)
      }
    }
  }

  #tellOf({ key, value }: Effect): void {
    const cid = pinKeyToCid(key)
    if (value === undefined) this.#components.hooks.onDelete(cid)
    else this.#components.hooks.onPut(decodePin(value, cid))
  }
}

/** Blocks for others, who need not know why one is not there. */
function mendedBlocks(blocks: BlockReader, onDamaged: (id: BlockId) => void): BlockReader {
  return {
    has: (cid, options) => blocks.has(cid, options),
    get: async (cid, options) => {
      try {
        return await blocks.get(cid, options)
      } catch (err) {
        if (!(err instanceof BlockDamagedError)) throw err
        onDamaged(blockIdOf(cid))
        return undefined
      }
    }
  }
}

/** Groups of pins, each about as large as a delta may be. */
async function* inDeltas(batches: AsyncIterable<readonly StoredPin[]>): AsyncGenerator<readonly Element[]> {
  let group: Element[] = []
  let size = 0
  for await (const batch of batches) {
    for (const pin of batch) {
      const added = encodedSize(pin)
      if (size + added > MAX_DELTA_SIZE && group.length > 0) {
        yield group
        group = []
        size = 0
      }
      group.push(pin)
      size += added
    }
  }
  if (group.length > 0) yield group
}
