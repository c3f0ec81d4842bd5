import { ClusterError } from '@ipfs-cluster/api'
import { cidOfBlockId, matches } from '../../blocks/index.ts'
import type { BlockId } from '../../blocks/index.ts'
import type { Datastore } from '../../datastore/index.ts'
import { messageOf } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { withDeadline } from '../../util/signals.ts'
import type { AbortOptions } from '../../util/startable.ts'
import { CHECKED_AT_ONCE, MAX_DAMAGED, MAX_MENDED_AT_ONCE, MEND_TIMEOUT } from './defaults.ts'
import type { DeltaSource } from './interface.ts'
import type { CrdtKeys } from './keys.ts'

/** What a {@link Mender} needs. */
export interface MenderInit {
  datastore: Datastore
  keys: CrdtKeys
  /** Absent: there are no other peers, so nothing can be mended. */
  source?: DeltaSource
  log: Logger
}

/**
 * Puts back delta blocks that a failing disk has damaged or lost. What such a block did to the set is stored apart from
 * it; but other peers ask for it, and so does whoever unpins what it pinned. The name of a block says what its bytes must
 * be, so any peer can give it.
 */
export class Mender {
  readonly #init: MenderInit
  readonly #abort = new AbortController()
  readonly #damaged = new Set<BlockId>()
  #running: Promise<void> | undefined

  constructor(init: MenderInit) {
    this.#init = init
  }

  /** This block is damaged or not there. Does not wait; beyond some thousands they are left to the next {@link check}. */
  note(id: BlockId): void {
    if (this.#damaged.size < MAX_DAMAGED) this.#damaged.add(id)
    if (!this.#abort.signal.aborted) this.#running ??= this.#mendAll()
  }

  /**
   * Gets a block that somebody needs now.
   *
   * @throws ClusterError `ERR_DATASTORE_CORRUPT` when no other peer gives it in time
   */
  async mend(id: BlockId): Promise<Uint8Array> {
    const { source, datastore, keys } = this.#init
    const cid = cidOfBlockId(id)
    try {
      if (source === undefined) throw new Error('there are no other peers')
      const bytes = await withDeadline(MEND_TIMEOUT, this.#abort.signal, (signal) => source.getBlock(cid, { signal }))
      if (!matches(cid, bytes)) throw new Error('the bytes are not those of the block')
      await datastore.put(keys.blocks + id, bytes, { sync: true })
      return bytes
    } catch (cause) {
      throw new ClusterError(
        'ERR_DATASTORE_CORRUPT',
        `delta block ${id} is damaged in the datastore, and could not be had from another peer: ${messageOf(cause)}`,
        { cause }
      )
    }
  }

  /** Looks at each block that is part of the set, and notes those that are not what they should be. */
  async check({ signal }: AbortOptions = {}): Promise<void> {
    const { datastore, keys } = this.#init
    const range = { prefix: keys.processed, lt: keys.blocks }
    for await (const chunk of datastore.keys(range, { ...(signal && { signal }) })) {
      const ids = chunk.map((key) => key.slice(keys.processed.length))
      for (let i = 0; i < ids.length; i += CHECKED_AT_ONCE) {
        signal?.throwIfAborted()
        await this.#checkSome(ids.slice(i, i + CHECKED_AT_ONCE))
      }
    }
    await this.#running
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('the consensus stops'))
    await this.#running
  }

  async #checkSome(ids: readonly BlockId[]): Promise<void> {
    const { datastore, keys } = this.#init
    const blocks = await datastore.getMany(ids.map((id) => keys.blocks + id))
    ids.forEach((id, i) => {
      const bytes = blocks[i]
      if (bytes === undefined || !matches(cidOfBlockId(id), bytes)) this.note(id)
      if (bytes !== undefined) datastore.release(bytes)
    })
  }

  async #mendAll(): Promise<void> {
    // Those that are found together are told of together.
    await new Promise(setImmediate)
    const { log } = this.#init
    let mended = 0
    let failure: unknown
    const ids = this.#take()
    log.error(
      `the disk has damaged or lost delta blocks of the datastore: asking the other peers for them. Check the disk`
    )
    const worker = async (): Promise<void> => {
      for (const id of ids) {
        if (this.#abort.signal.aborted) return
        await this.mend(id).then(
          () => mended++,
          (err: unknown) => (failure = err)
        )
      }
    }
    await Promise.all(Array.from({ length: MAX_MENDED_AT_ONCE }, worker))
    this.#running = undefined
    if (mended > 0) log.info(`put back ${mended} delta blocks that were damaged or lost`)
    if (failure === undefined || this.#abort.signal.aborted) return
    log.error(`${messageOf(failure)}. It is tried again; should no peer have it, import an export of the state`)
  }

  /** Each block once, also those that are noted meanwhile. */
  *#take(): Generator<BlockId> {
    for (const id of this.#damaged) {
      this.#damaged.delete(id)
      yield id
    }
  }
}
