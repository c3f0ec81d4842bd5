import { ClusterError, PinTypeBits } from '@ipfs-cluster/api'
import type { PeerId, Pin } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import { decodePin, pinKey, pinKeyToCid } from '../codec/index.ts'
import type { DatastoreReader, Entry, KeyRange } from '../datastore/index.ts'
import { messageOf } from '../util/errors.ts'
import type { ComponentLogger, Logger } from '../util/logger.ts'
import type { AbortOptions } from '../util/startable.ts'
import type { CreationEntry, PinIndex } from './pin-index.ts'
import { placeOf } from './pin-index.ts'
import { timeOfDigits } from './creation-time.ts'
import type {
  CreationListOptions,
  CreationPlace,
  CreationRange,
  ListOptions,
  PinState,
  StoredPin
} from './interface.ts'
import { storedPinTypeBit } from './stored-pin.ts'

/** Pins of an index that are read at the same time: who wants a page often wants fewer than a chunk of the index. */
const READ_AT_ONCE = 100

/** Where the pins lie in the datastore, and who counts them. */
export interface DatastorePinStateInit {
  /** In front of the key of each pin, with its last slash. */
  prefix: string
  /** Behind the key of each pin; keys without it are passed over. Empty when there are no others. */
  suffix: string
  /** What is kept beside the pins by who writes them. */
  index: PinIndex
  /** Number of pins at this moment. */
  count(): number
}

export interface DatastorePinStateComponents {
  datastore: DatastoreReader
  logger: ComponentLogger
}

/** The pinset as it lies in the datastore: one key for each pin, its protobuf form as the value. */
export class DatastorePinState implements PinState {
  readonly #datastore: DatastoreReader
  readonly #log: Logger
  readonly #prefix: string
  readonly #suffix: string
  readonly #index: PinIndex
  readonly #count: () => number

  constructor(components: DatastorePinStateComponents, init: DatastorePinStateInit) {
    this.#datastore = components.datastore
    this.#log = components.logger.forComponent('state')
    this.#prefix = init.prefix
    this.#suffix = init.suffix
    this.#index = init.index
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

  async *listByCreation(
    options: CreationListOptions = {}
  ): AsyncGenerator<readonly (StoredPin & CreationPlace)[], void, undefined> {
    const { types = 0, ...range } = options
    for await (const entries of this.#index.entries(this.#datastore, range)) {
      const wanted = entries.filter(({ type }) => isOfType(type, types))
      for (let i = 0; i < wanted.length; i += READ_AT_ONCE) {
        yield await this.#readEntries(wanted.slice(i, i + READ_AT_ONCE), options)
      }
    }
  }

  async placesOf(keys: readonly string[], options: AbortOptions = {}): Promise<CreationPlace[]> {
    const values = await this.#datastore.getMany(
      keys.map((key) => this.#keyOf(key)),
      options
    )
    return keys.flatMap((key, i) => {
      const value = values[i]
      const place = value && placeOf(key, value)
      return place?.type === PinTypeBits.pin ? [{ created: timeOfDigits(place.digits), key }] : []
    })
  }

  countByCreation(range: Pick<CreationRange, 'before' | 'after' | 'signal'> = {}): Promise<number> {
    return this.#index.count(this.#datastore, range)
  }

  pinsPerPeer(options: AbortOptions = {}): Promise<ReadonlyMap<PeerId, number>> {
    return this.#index.pinsPerPeer(this.#datastore, options)
  }

  async count(): Promise<number> {
    return this.#count()
  }

  #keyOf(key: string): string {
    return this.#prefix + key + this.#suffix
  }

  /** Keys without the suffix are book-keeping of the consensus. */
  #rangeAfter(after: string | undefined): KeyRange {
    const pins = { prefix: this.#prefix, suffix: this.#suffix }
    return after === undefined ? pins : { ...pins, gt: this.#keyOf(after) }
  }

  /** Without those that have changed since the index was read. */
  async #readEntries(entries: readonly CreationEntry[], options: AbortOptions): Promise<(StoredPin & CreationPlace)[]> {
    const values = await this.#datastore.getMany(
      entries.map(({ key }) => this.#keyOf(key)),
      options
    )
    const pins: (StoredPin & CreationPlace)[] = []
    entries.forEach(({ key, digits }, i) => {
      const value = values[i]
      if (value === undefined || placeOf(key, value)?.digits !== digits) return
      pins.push({ key, value, created: timeOfDigits(digits) })
    })
    return pins
  }

  #pinsOf(entries: readonly Entry[], types: number): StoredPin[] {
    const pins: StoredPin[] = []
    for (const { key, value } of entries) {
      if (!hasType(value, types)) continue
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
  return isEvery(types) || (storedPinTypeBit(value) & types) !== 0
}

function isOfType(type: number, types: number): boolean {
  return isEvery(types) || (type & types) !== 0
}

function isEvery(types: number): boolean {
  return types === 0 || (types & PinTypeBits.all) === PinTypeBits.all
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
