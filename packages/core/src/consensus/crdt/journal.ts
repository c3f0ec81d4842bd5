import { Time } from '@ipfs-cluster/api'
import { ProtobufReader, ProtobufWriter } from '../../codec/index.ts'
import type { Datastore, Write } from '../../datastore/index.ts'
import type { Change } from './local.ts'

/** A change with the key that it is stored under until it is part of a delta. */
export interface LoggedChange {
  readonly change: Change
  readonly key: string
}

const RecordField = { REMOVE: 1, KEY: 2, VALUE: 3, EXPIRED_BY: 4, REPLACES: 5 } as const

/** Digits of a sequence number in a key, so that keys sort as numbers do. */
const SEQUENCE_DIGITS = 16

/**
 * Changes that were acknowledged and wait to become a delta, in the datastore. A Go peer keeps them in memory, and loses
 * them when it is killed.
 */
export class Journal {
  readonly #datastore: Datastore
  readonly #prefix: string
  #next = 0

  /** @param prefix - of the keys, with its last slash */
  constructor(datastore: Datastore, prefix: string) {
    this.#datastore = datastore
    this.#prefix = prefix
  }

  /** What an earlier run left, in order, in chunks of bounded size. To be read before anything is appended. */
  async *read(): AsyncGenerator<LoggedChange[]> {
    for await (const entries of this.#datastore.entries({ prefix: this.#prefix })) {
      const last = entries.at(-1)
      if (last !== undefined) this.#next = Number.parseInt(last.key.slice(this.#prefix.length), 16) + 1
      yield entries.map(({ key, value }) => ({ key, change: decodeChange(value) }))
    }
  }

  /** Resolves when the disk has the changes. */
  async append(changes: readonly Change[]): Promise<LoggedChange[]> {
    const logged = changes.map((change) => ({ change, key: this.#nextKey() }))
    await this.#datastore.batch(
      logged.map(({ change, key }) => ({ type: 'put', key, value: encodeChange(change) })),
      { sync: true }
    )
    return logged
  }

  /** What forgets changes, to be written together with the delta that holds them. */
  forget(logged: readonly LoggedChange[]): Write[] {
    return logged.map(({ key }) => ({ type: 'del', key }))
  }

  #nextKey(): string {
    return this.#prefix + (this.#next++).toString(16).padStart(SEQUENCE_DIGITS, '0')
  }
}

function encodeChange(change: Change): Uint8Array {
  const writer = new ProtobufWriter().uint64(RecordField.REMOVE, Number(change.type === 'remove'))
  writer.string(RecordField.KEY, change.key)
  if (change.type === 'add') {
    writer.bytes(RecordField.VALUE, change.value)
    if (change.replaces !== undefined) writer.bytes(RecordField.REPLACES, change.replaces)
  } else if (change.expiredBy !== undefined) {
    writer.uint64(RecordField.EXPIRED_BY, change.expiredBy.seconds)
  }
  return writer.finish()
}

function decodeChange(bytes: Uint8Array): Change {
  let remove = false
  let key = ''
  let value: Uint8Array = new Uint8Array(0)
  let expiredBy: Time | undefined
  let replaces: Uint8Array | undefined
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.field === RecordField.REMOVE) remove = reader.uint32() === 1
    else if (reader.field === RecordField.KEY) key = reader.string()
    else if (reader.field === RecordField.VALUE) value = reader.bytes()
    else if (reader.field === RecordField.EXPIRED_BY) expiredBy = new Time(reader.uint64())
    else if (reader.field === RecordField.REPLACES) replaces = reader.bytes()
    else reader.skip()
  }
  if (remove) return { type: 'remove', key, ...(expiredBy && { expiredBy }) }
  return { type: 'add', key, value, ...(replaces && { replaces }) }
}
