import { mkdir, readdir, statfs } from 'node:fs/promises'
import { ClusterError } from '@ipfs-cluster/api'
import { ClassicLevel } from 'classic-level'
import type { AbortOptions } from '../util/startable.ts'
import { DEFAULT_CACHE_SIZE, DEFAULT_REOPEN_DELAY, DEFAULT_WRITE_BUFFER_SIZE, MIN_FREE_BYTES } from './defaults.ts'
import { breaksWriting, toDatastoreError } from './errors.ts'
import type { KeyRange, LevelDatastoreInit, Write } from './interface.ts'
import { LevelDatastore } from './level-datastore.ts'
import type { LevelBatch } from './level-reader.ts'
import { toLevelRange } from './range.ts'

/** Sorts behind every key that is text. */
const BEHIND_ALL = '\u{10ffff}'

/** What a LevelDB folder holds besides what can be made again. */
const DATA_FILE = /^(\d+\.(ldb|sst|log)|MANIFEST-\d+)$/

/** A LevelDB folder, as classic-level and the Go release both know it. */
export class ClassicDatastore extends LevelDatastore<ClassicLevel<string, Uint8Array>> {
  readonly #reopenDelay: number
  #failure: Error | undefined
  #failedAt = 0

  constructor(init: LevelDatastoreInit) {
    super(
      init.location,
      () =>
        new ClassicLevel(init.location, {
          keyEncoding: 'utf8',
          valueEncoding: 'view',
          cacheSize: init.cacheSize ?? DEFAULT_CACHE_SIZE,
          writeBufferSize: init.writeBufferSize ?? DEFAULT_WRITE_BUFFER_SIZE
        })
    )
    this.#reopenDelay = init.reopenDelay ?? DEFAULT_REOPEN_DELAY
  }

  override async open(options: AbortOptions = {}): Promise<void> {
    await this.#requireRoot()
    // For its owner alone, as the Go release makes it; LevelDB would let everybody read it.
    await this.read(options, () => mkdir(this.location, { recursive: true, mode: 0o700 }))
    await super.open(options)
  }

  async approximateSize(range: KeyRange): Promise<number> {
    const { gt, gte, lt } = toLevelRange(range)
    return this.read({}, () => this.db.approximateSize(gt ?? gte ?? '', lt ?? BEHIND_ALL))
  }

  override release(value: Uint8Array): void {
    const { buffer } = value
    if (buffer instanceof ArrayBuffer && buffer.byteLength === value.byteLength) buffer.transfer(0)
  }

  /**
   * Moves what is in the log to a table. LevelDB itself would read it from the log, but the Go release passes over what
   * is older there than the last compaction of any kind, so that a Go peer on this folder would lack pins.
   */
  protected override async settle(db: ClassicLevel<string, Uint8Array>): Promise<void> {
    await db.compactRange(BEHIND_ALL, BEHIND_ALL)
  }

  protected override async write(writes: readonly Write[], sync: boolean, prepared?: LevelBatch): Promise<void> {
    if (this.#failure !== undefined) await this.#recover(this.#failure)
    try {
      await super.write(writes, sync, prepared)
    } catch (err) {
      if (breaksWriting(err)) this.#fail(err as Error)
      throw err
    }
  }

  /** LevelDB takes a folder without this file for a new one, and deletes what else is in it. */
  async #requireRoot(): Promise<void> {
    const files = await readdir(this.location).catch((): string[] => [])
    if (files.includes('CURRENT') || !files.some((name) => DATA_FILE.test(name))) return
    throw new ClusterError(
      'ERR_DATASTORE_CORRUPT',
      `the datastore ${this.location} is damaged: its file CURRENT is gone`
    )
  }

  #fail(error: Error): void {
    this.#failure = error
    this.#failedAt = performance.now()
  }

  /**
   * Reopens the store after a write that failed: recovery drops the half that was written and begins a new log.
   * Listings that run meanwhile end with an error.
   */
  async #recover(failure: Error): Promise<void> {
    if (performance.now() - this.#failedAt < this.#reopenDelay || !(await this.#hasRoom())) throw failure
    try {
      await this.db.close()
      await this.db.open()
      this.#failure = undefined
    } catch (err) {
      const error = toDatastoreError(err, this.location)
      this.#fail(error)
      throw error
    }
  }

  async #hasRoom(): Promise<boolean> {
    const { bavail, bsize } = await statfs(this.location)
    return bavail * bsize >= MIN_FREE_BYTES
  }
}
