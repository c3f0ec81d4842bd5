import { ClusterError } from '@ipfs-cluster/api'
import type { AbortOptions } from '../util/startable.ts'
import { isClosedBatch, toDatastoreError } from './errors.ts'
import type { Datastore, DatastoreSnapshot, KeyRange, Write, WriteOptions } from './interface.ts'
import type { Level, LevelBatch } from './level-reader.ts'
import { LevelReader, LevelSnapshot } from './level-reader.ts'
import { NativeGarbage } from './native-garbage.ts'
import { WriteQueue } from './write-queue.ts'

/** What all stores of the Level family have in common. */
export abstract class LevelDatastore<L extends Level> extends LevelReader implements Datastore {
  readonly #create: () => L
  readonly #queue = new WriteQueue<LevelBatch>({
    prepare: (writes) => (this.#db?.status === 'open' ? this.#batchOf(writes) : undefined),
    write: (writes, sync, batch) => this.write(writes, sync, batch)
  })
  #db: L | undefined

  /** @param create - makes the store, which begins to open itself by that */
  constructor(location: string, create: () => L) {
    super(location, new NativeGarbage())
    this.#create = create
  }

  abstract approximateSize(range: KeyRange): Promise<number>

  protected get db(): L {
    if (this.#db === undefined) throw new ClusterError('ERR_DATASTORE', `the datastore ${this.location} is not open`)
    return this.#db
  }

  async open(options: AbortOptions = {}): Promise<void> {
    await this.read(options, () => {
      this.#db ??= this.#create()
      return this.#db.open()
    })
  }

  async close(): Promise<void> {
    await this.#queue.idle()
    if (this.#db?.status === 'open') await this.settle(this.#db)
    await this.#db?.close()
  }

  start(options: AbortOptions = {}): Promise<void> {
    return this.open(options)
  }

  stop(): Promise<void> {
    return this.close()
  }

  put(key: string, value: Uint8Array, options: WriteOptions = {}): Promise<void> {
    return this.batch([{ type: 'put', key, value }], options)
  }

  delete(key: string, options: WriteOptions = {}): Promise<void> {
    return this.batch([{ type: 'del', key }], options)
  }

  async batch(writes: readonly Write[], options: WriteOptions = {}): Promise<void> {
    options.signal?.throwIfAborted()
    if (writes.length > 0) await this.#queue.add(writes, options.sync === true)
  }

  async deleteRange(range: KeyRange, options: AbortOptions = {}): Promise<void> {
    for await (const keys of this.keys(range, options)) {
      await this.batch(
        keys.map((key) => ({ type: 'del', key })),
        options
      )
    }
  }

  snapshot(): DatastoreSnapshot {
    try {
      return new LevelSnapshot(this.db, this.location, this.garbage)
    } catch (err) {
      throw toDatastoreError(err, this.location)
    }
  }

  /** Values of a store in memory are those that are stored. */
  release(_value: Uint8Array): void {}

  /** What a store has to do with its data before it is closed. */
  protected async settle(_db: L): Promise<void> {}

  /**
   * Writes one batch. Never runs twice at the same moment.
   *
   * @param prepared - the batch, if it was put together before
   */
  protected async write(writes: readonly Write[], sync: boolean, prepared?: LevelBatch): Promise<void> {
    await this.read({}, async () => {
      try {
        // Only classic-level knows `sync`; a memory store passes over it.
        await (prepared ?? this.#batchOf(writes)).write({ sync })
      } catch (err) {
        // The store was reopened since.
        if (prepared === undefined || !isClosedBatch(err)) throw err
        await this.#batchOf(writes).write({ sync })
      }
    })
    this.garbage.add(writes.reduce((sum, change) => sum + sizeOf(change), 0))
  }

  /** Change by change takes two thirds of the time that a list of them takes, which is copied twice on its way. */
  #batchOf(writes: readonly Write[]): LevelBatch {
    const batch = this.db.batch()
    for (const change of writes) {
      if (change.type === 'put') batch.put(change.key, change.value)
      else batch.del(change.key)
    }
    return batch
  }
}

function sizeOf(change: Write): number {
  return change.key.length + (change.type === 'put' ? change.value.length : 0)
}
