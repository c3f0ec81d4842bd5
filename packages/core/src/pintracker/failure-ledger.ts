import { Time } from '@ipfs-cluster/api'
import { pinKey, pinKeyToCid } from '../codec/index.ts'
import type { Datastore, Entry, Write } from '../datastore/interface.ts'
import { OWN_PREFIX } from '../datastore/prefixes.ts'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import type { AbortOptions } from '../util/startable.ts'
import type { CidKey } from './cid-key.ts'
import { cidOfKey, keyOfCid } from './cid-key.ts'
import { LEDGER_BATCH, LEDGER_DELAY } from './defaults.ts'
import type { Failure, OperationKind } from './operation.ts'

/** Where what failed is kept; all of it can be deleted at any time, which only starts the counting anew. */
const PREFIX = `${OWN_PREFIX}/status/`

/** The stored form, as JSON. */
interface FailureRecord {
  kind: OperationKind
  attempts: number
  error: string
  /** RFC 3339. */
  since: string
  /** Unix milliseconds. */
  retryAt: number
}

/** A failure of an earlier life of the peer, and in how many milliseconds it is due. */
export interface RememberedFailure {
  failure: Omit<Failure, 'pinnedAt'>
  retryIn: number
}

/**
 * Failures outlive the process here: how often something was tried, why it failed, when it is its turn again. Written
 * rarely and many at once, for nothing is lost but a few tries of the last seconds.
 */
export class FailureLedger {
  readonly #datastore: Datastore
  readonly #log: Logger
  /** What is on disk, or about to be. */
  readonly #known = new Set<CidKey>()
  #waiting = new Map<CidKey, FailureRecord | undefined>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(datastore: Datastore, log: Logger) {
    this.#datastore = datastore
    this.#log = log
  }

  /** What was there at the last start. What cannot be read is left out. */
  async *load(options: AbortOptions = {}): AsyncGenerator<RememberedFailure, void, undefined> {
    for await (const entries of this.#datastore.entries({ prefix: PREFIX }, options)) {
      for (const entry of entries) {
        const remembered = readEntry(entry)
        if (remembered === undefined) continue
        this.#known.add(remembered.failure.key)
        yield remembered
      }
    }
  }

  /** @param retryIn - milliseconds */
  note({ key, kind, attempts, error, since }: Failure, retryIn: number): void {
    this.#known.add(key)
    const retryAt = Math.round(Date.now() + retryIn)
    this.#write(key, { kind, attempts, error, since: since.toString(), retryAt })
  }

  forget(key: CidKey): void {
    if (this.#known.delete(key)) this.#write(key, undefined)
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    this.#flush()
    await this.#writing
  }

  #write(key: CidKey, record: FailureRecord | undefined): void {
    this.#waiting.set(key, record)
    if (this.#waiting.size >= LEDGER_BATCH) this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), LEDGER_DELAY).unref()
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#waiting.size === 0) return
    const writes = Array.from(this.#waiting, ([key, record]): Write => {
      const path = PREFIX + pinKey(cidOfKey(key))
      return record === undefined
        ? { type: 'del', key: path }
        : { type: 'put', key: path, value: Buffer.from(JSON.stringify(record)) }
    })
    this.#waiting = new Map()
    this.#writing = this.#writing
      .then(() => this.#datastore.batch(writes))
      .catch((err: unknown) => this.#log.warn(`what failed is not remembered over a restart: ${messageOf(err)}`))
  }
}

function readEntry({ key, value }: Entry): RememberedFailure | undefined {
  try {
    const { kind, attempts, error, since, retryAt } = JSON.parse(Buffer.from(value).toString()) as FailureRecord
    if (!Number.isSafeInteger(attempts) || !Number.isFinite(retryAt) || typeof error !== 'string') return undefined
    if (kind !== 'pin' && kind !== 'unpin') return undefined
    const failure = { key: keyOfCid(pinKeyToCid(key.slice(PREFIX.length))), kind, attempts, error }
    return { failure: { ...failure, since: Time.parse(since) }, retryIn: Math.max(0, retryAt - Date.now()) }
  } catch {
    return undefined
  }
}
