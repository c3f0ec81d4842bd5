import { ClassicLevel } from 'classic-level'
import { codeOf, StartError } from '../errors.ts'

/** A change of the database. */
export type Change = { type: 'put'; key: Buffer; value: Buffer } | { type: 'del'; key: Buffer }

/**
 * The node's LevelDB: where each block lies, and the pins. Its own lock keeps a second process away, and the system
 * drops that lock when a process dies, so nothing stale is ever left behind.
 */
export class Database {
  readonly #level: ClassicLevel<Buffer, Buffer>
  readonly #path: string

  constructor(path: string) {
    this.#path = path
    this.#level = new ClassicLevel(path, { keyEncoding: 'buffer', valueEncoding: 'buffer', compression: false })
  }

  /** @throws StartError when another process has it open */
  async open(): Promise<void> {
    try {
      await this.#level.open()
    } catch (err) {
      const cause = err instanceof Error ? err.cause : undefined
      if (codeOf(cause) === 'LEVEL_LOCKED') {
        throw new StartError(
          `the repo at ${this.#path} is in use by another node: stop it, or choose another folder with --repo`,
          { cause: err }
        )
      }
      throw new StartError(`cannot open the database at ${this.#path}: ${String(cause ?? err)}`, { cause: err })
    }
  }

  async close(): Promise<void> {
    await this.#level.close()
  }

  /**
   * Reads a value. Without waiting: what is asked for is mostly in memory, and handing the question to another thread
   * costs many times the answer.
   */
  get(key: Buffer): Buffer | undefined {
    return this.#level.getSync(key)
  }

  /** Applies the changes together and waits until they are on disk. */
  async write(changes: Change[]): Promise<void> {
    try {
      await this.#level.batch(changes, { sync: true })
    } catch (err) {
      // After a failed write LevelDB refuses all others until it is opened again.
      await this.#level.close().then(() => this.#level.open())
      throw err
    }
  }

  /** All entries whose key starts with `prefix`, as they are now. */
  async *entries(prefix: Buffer): AsyncGenerator<[Buffer, Buffer]> {
    const end = Buffer.from(prefix)
    end[end.length - 1] = (end.at(-1) ?? 0) + 1
    const iterator = this.#level.iterator({ gte: prefix, lt: end, fillCache: false })
    try {
      for (let batch = await iterator.nextv(256); batch.length > 0; batch = await iterator.nextv(256)) yield* batch
    } finally {
      await iterator.close()
    }
  }
}
