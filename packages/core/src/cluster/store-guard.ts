import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { ClusterError } from '@ipfs-cluster/api'
import type { CrdtConsensus } from '../consensus/crdt/index.ts'
import type { Datastore } from '../datastore/index.ts'
import { salvage } from '../datastore/index.ts'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import type { AbortOptions, Startable } from '../util/startable.ts'

/** What a {@link StoreGuard} needs. */
export interface StoreGuardInit {
  /** Folder of the datastore. */
  location: string
  datastore: Datastore
  replica: CrdtConsensus
  /** Whether other peers are known, which have the pinset too. */
  knowsOthers(): Promise<boolean>
  log: Logger
}

/**
 * Starts a peer although a disk has damaged the files of its datastore: the folder is set aside, the changes that can
 * still be read in it are taken over, and the rest comes from the other peers. With no other peer known the peer does not
 * start, since what is lost might be the only copy.
 */
export class StoreGuard {
  readonly #init: StoreGuardInit
  /** Lies beside the folder when damage was found while it was in use. */
  readonly #mark: string
  #aside: string | undefined

  constructor(init: StoreGuardInit) {
    this.#init = init
    this.#mark = `${init.location}.damaged`
  }

  /** The datastore, to be started in its place. */
  readonly store: Startable = {
    start: async (options) => {
      const found = await readFile(this.#mark, 'utf8').catch(() => undefined)
      if (found !== undefined && (await this.#init.knowsOthers())) await this.#setAside(found)
      await this.#orReplaced(() => this.#init.datastore.open(options))
    },
    stop: () => this.#init.datastore.close()
  }

  /** The consensus, to be started in its place. */
  readonly consensus: Startable = {
    start: () => this.#orReplaced(() => this.#init.replica.start()),
    afterStart: async () => {
      await this.#takeOver()
      this.#init.replica.afterStart()
    },
    beforeStop: () => this.#init.replica.beforeStop(),
    stop: () => this.#init.replica.stop()
  }

  /** The files turned out to be damaged while they were in use. */
  async onDamage(error: Error): Promise<void> {
    const { log } = this.#init
    if (await this.mark(error)) {
      log.error('Check the disk, then restart the peer: it fetches what the datastore has lost from the other peers')
    } else log.error('Check the disk, and export the state while it can be read: no other peer is known that has it')
  }

  /** Sees to it that the folder is set aside when the peer is started next, if it is damaged and there are others. */
  async mark(error: unknown): Promise<boolean> {
    if (!isDamage(error) || !(await this.#init.knowsOthers())) return false
    return writeFile(this.#mark, messageOf(error)).then(
      () => true,
      () => false
    )
  }

  async #orReplaced(start: () => Promise<void>): Promise<void> {
    try {
      await start()
    } catch (err) {
      if (!isDamage(err)) throw err
      if (!(await this.#init.knowsOthers())) {
        const reason = `${messageOf(err)}; no other peer is known that has the pinset`
        throw new ClusterError('ERR_DATASTORE_CORRUPT', reason, { cause: err })
      }
      await this.#init.datastore.close()
      await this.#setAside(messageOf(err))
      await this.#init.datastore.open()
      await start()
    }
  }

  async #setAside(reason: string, { signal }: AbortOptions = {}): Promise<void> {
    signal?.throwIfAborted()
    const { location, log } = this.#init
    const time = new Date().toISOString().replaceAll(/[:.]/g, '-')
    this.#aside = `${location}.damaged-${time}`
    await rename(location, this.#aside)
    await rm(this.#mark, { force: true })
    log.error(
      `THE DATASTORE IS DAMAGED (${reason}). It was set aside as ${this.#aside}, and the pinset is put together ` +
        `again from what can be read of it and from the other peers. Check the disk; delete that folder when all is well`
    )
  }

  async #takeOver(): Promise<void> {
    const { replica, log } = this.#init
    const aside = this.#aside
    if (aside === undefined) return
    this.#aside = undefined
    try {
      const count = await salvage(aside, (store) => replica.adopt(store))
      log.info(`took over ${count} changes from the damaged datastore: ${await replica.state.count()} pins so far`)
    } catch (err) {
      log.error(`nothing more can be read of the damaged datastore: ${messageOf(err)}`)
    }
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof ClusterError && error.code === 'ERR_DATASTORE_CORRUPT'
}
