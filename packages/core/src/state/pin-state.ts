import { ClusterError, PinTypeBits } from '@ipfs-cluster/api'
import type { Pin } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import { decodePin, pinKey, pinKeyToCid } from '../codec/index.ts'
import type { DatastoreReader, Entry, KeyRange } from '../datastore/index.ts'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import type { AbortOptions } from '../util/startable.ts'
import type { DatastorePinStateComponents, DatastorePinStateInit } from './index.ts'
import type { ListOptions, PinState, StoredPin } from './interface.ts'
import { storedPinTypeBit } from './stored-pin.ts'

/** The pinset as it lies in the datastore: one key for each pin, its protobuf form as the value. */
export class DatastorePinState implements PinState {
  readonly #datastore: DatastoreReader
  readonly #log: Logger
  readonly #prefix: string
  readonly #suffix: string
  readonly #count: () => number

  constructor(components: DatastorePinStateComponents, init: DatastorePinStateInit) {
    this.#datastore = components.datastore
    this.#log = components.logger.forComponent('state')
    this.#prefix = init.prefix
    this.#suffix = init.suffix
    this.#count = () => init.count()
  }

  async get(cid: CID, options: AbortOptions = {}): Promise<Pin | undefined> {
    const value = await this.#datastore.get(this.#keyOf(pinKey(cid)), options)
    return value === undefined ? undefined : readPin(value, cid)
  }

  has(cid: CID, options: AbortOptions = {}): Promise<boolean> {
    return this.#datastore.has(this.#keyOf(pinKey(cid)), options)
  }

  async *list(options: ListOptions = {}): AsyncGenerator<Pin> {
    for await (const batch of this.listStored(options)) {
      for (const stored of batch) {
        const pin = this.#tryRead(stored)
        if (pin !== undefined) yield pin
      }
    }
  }

  async *listStored(options: ListOptions = {}): AsyncGenerator<readonly StoredPin[]> {
    const { types = 0, limit = Number.POSITIVE_INFINITY } = options
    let left = limit
    if (left <= 0) return
    for await (const entries of this.#datastore.entries(this.#rangeAfter(options.after), options)) {
      const batch = this.#pinsOf(entries, types).slice(0, left)
      left -= batch.length
      if (batch.length > 0) yield batch
      if (left <= 0) return
    }
  }

  async count(): Promise<number> {
    return this.#count()
  }

  #keyOf(key: string): string {
    return this.#prefix + key + this.#suffix
  }

  #rangeAfter(after: string | undefined): KeyRange {
    return after === undefined ? { prefix: this.#prefix } : { prefix: this.#prefix, gt: this.#keyOf(after) }
  }

  /** Keys without the suffix are book-keeping of the consensus. */
  #pinsOf(entries: readonly Entry[], types: number): StoredPin[] {
    const pins: StoredPin[] = []
    for (const { key, value } of entries) {
      if (!key.endsWith(this.#suffix) || !hasType(value, types)) continue
      pins.push({ key: key.slice(this.#prefix.length, key.length - this.#suffix.length), value })
    }
    return pins
  }

  /** One damaged pin must not hide all the others. */
  #tryRead({ key, value }: StoredPin): Pin | undefined {
    try {
      return readPin(value, pinKeyToCid(key))
    } catch (err) {
      this.#log.error(`skipped the unreadable pin under ${key}: ${messageOf(err)}`)
      return undefined
    }
  }
}

function hasType(value: Uint8Array, types: number): boolean {
  return types === 0 || (types & PinTypeBits.all) === PinTypeBits.all || (storedPinTypeBit(value) & types) !== 0
}

function readPin(value: Uint8Array, cid: CID): Pin {
  try {
    return decodePin(value, cid)
  } catch (cause) {
    throw new ClusterError(
      'ERR_BAD_ENCODING',
      `the stored pin of ${cid.toString()} cannot be read: ${messageOf(cause)}`,
      { cause }
    )
  }
}
