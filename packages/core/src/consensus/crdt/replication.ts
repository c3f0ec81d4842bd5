import type { PeerId } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { Datastore } from '../../datastore/index.ts'
import { messageOf } from '../../util/errors.ts'
import { limitedLogger } from '../../util/limited-logger.ts'
import type { Logger } from '../../util/logger.ts'
import { RepeatingTask } from '../../util/repeating-task.ts'
import { Announcer } from './announcer.ts'
import { decodeBroadcast } from './broadcast.ts'
import { FIRST_CHECK_DELAY, MAX_COMPLAINTS, UNHURRIED_DELAY } from './defaults.ts'
import type { BroadcastMessage, Broadcaster, DeltaSource } from './interface.ts'
import type { Mender } from './mender.ts'
import type { ProgressMeter } from './progress.ts'
import { findMissing } from './repair.ts'
import type { Replica } from './replica.ts'
import { Walker } from './walker.ts'

/** What a {@link Replication} needs. */
export interface ReplicationInit {
  replica: Replica
  datastore: Datastore
  /** Absent: this peer is alone. */
  broadcaster?: Broadcaster
  source?: DeltaSource
  mender: Mender
  meter: ProgressMeter
  /** Hears that the files of the datastore are damaged. */
  onDamage(error: Error): void
  isTrusted(peer: PeerId): boolean
  /** Milliseconds. */
  rebroadcastInterval: number
  /** Milliseconds; 0: never. */
  repairInterval: number
  log: Logger
}

/** Exchanges changes with the other replicas: tells them of our heads, walks from theirs, looks for what is missing. */
export class Replication {
  readonly #init: ReplicationInit
  readonly #walker: Walker
  /** For what others send, who may send any number of messages. */
  readonly #complaints: Logger
  readonly #announcer: Announcer | undefined
  readonly #repair: RepeatingTask
  readonly #check: RepeatingTask
  #unsubscribe: (() => void) | undefined
  #unsubscribeHeads: (() => void) | undefined

  constructor(init: ReplicationInit) {
    const { replica, source, broadcaster, meter, repairInterval, log } = init
    this.#init = init
    this.#complaints = limitedLogger(log, MAX_COMPLAINTS, () => performance.now())
    this.#walker = new Walker({ replica, meter, log, ...(source === undefined ? {} : { source }) })
    if (broadcaster !== undefined) {
      const heads = (): Replica['heads'] => replica.heads
      this.#announcer = new Announcer({ broadcaster, heads, interval: init.rebroadcastInterval, log })
    }
    this.#repair = new RepeatingTask({
      interval: init.repairInterval,
      run: (signal) => this.#repairIfNeeded(signal),
      onError: (err) => log.error(`could not look for missing changes: ${messageOf(err)}`)
    })
    this.#check = new RepeatingTask({
      interval: repairInterval,
      delay: Math.min(repairInterval, FIRST_CHECK_DELAY),
      run: (signal) => meter.whileRepairing(() => init.mender.check({ signal })),
      onError: (err) => {
        log.error(`could not look whether the datastore is whole: ${messageOf(err)}`)
        if (err instanceof ClusterError && err.code === 'ERR_DATASTORE_CORRUPT') init.onDamage(err)
      }
    })
  }

  start(): void {
    const { broadcaster, repairInterval, source } = this.#init
    this.#announcer?.start()
    if (repairInterval > 0) {
      this.#repair.start()
      this.#check.start()
    }
    this.#unsubscribe = broadcaster?.subscribe(
      (message) => this.#receive(message),
      (from) => this.#init.isTrusted(from)
    )
    this.#unsubscribeHeads = source?.onHeads?.(({ from, heads }) => {
      if (this.#init.isTrusted(from)) this.#walker.follow(heads)
    })
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.()
    this.#unsubscribeHeads?.()
    await this.#repair.stop()
    await Promise.all([this.#check.stop(), this.#init.mender.stop()])
    await this.#walker.stop()
    await this.#announcer?.stop()
  }

  /** Tells the others of a head of ours, and of the blocks below it that are new, the head last. Does not wait. */
  announce(head: CID, blocks: readonly Uint8Array[]): void {
    const reached = new Set(this.#init.source?.push?.(blocks))
    const listeners = this.#init.broadcaster?.subscribers?.()
    // Who comes to listen is greeted; a message to nobody would have to be signed all the same.
    if (listeners?.length === 0 && this.#init.broadcaster?.onSubscriber !== undefined) return
    const haveAll = listeners?.every((peer) => reached.has(peer)) ?? false
    this.#announcer?.announce(head, haveAll ? UNHURRIED_DELAY : 0)
  }

  /** Resolves when everything that can be had has been merged. */
  idle(): Promise<void> {
    return this.#walker.idle()
  }

  #receive({ from, data }: BroadcastMessage): void {
    if (!this.#init.isTrusted(from)) return
    try {
      const heads = decodeBroadcast(data)
      this.#announcer?.heard(heads)
      this.#walker.follow(heads)
    } catch (err) {
      this.#complaints.warn(`passed over a malformed message of ${from}: ${messageOf(err)}`)
    }
  }

  async #repairIfNeeded(signal: AbortSignal): Promise<void> {
    const { replica, datastore, meter, log } = this.#init
    if (replica.mustRepair) {
      log.info('looking for changes that are missing below the heads')
      await meter.whileRepairing(() => findMissing(replica, datastore, { signal }))
    }
    this.#walker.resume()
  }
}
