import { ClusterError } from '../errors.ts'
import { formatNumber, newJsonMap, quote, sortedKeys } from './value.ts'
import type { JsonObject, JsonValue } from './value.ts'

/**
 * How one type is written to JSON and read back, with the rules of Go's encoding/json. The three forms of a type come
 * from one declaration, so they cannot drift apart.
 */
export interface JsonCodec<T> {
  /** The value as plain JSON data. */
  toJSON(value: T): JsonValue
  /** The same as text on one line, without building the data: for long listings. */
  toText(value: T): string
  /**
   * @param path - where in the document the value stands, for the message of an error
   * @throws ClusterError `ERR_BAD_JSON` when the type of the value is wrong
   */
  fromJSON(value: NonNullable<unknown>, path: string): T
  /** What an absent or null value stands for. */
  zero(): T
  /** Whether `omitempty` leaves the value out. */
  isEmpty(value: T): boolean
}

/** One member of an object. */
export interface JsonField<T> {
  readonly key: string
  readonly codec: JsonCodec<T>
  readonly omitEmpty: boolean
}

/** The members of an object in the order in which they are written. */
export type JsonFields<T> = { readonly [K in keyof T]-?: JsonField<T[K]> }

/** A member that is always written. */
export function field<T>(key: string, codec: JsonCodec<T>): JsonField<T> {
  return { key, codec, omitEmpty: false }
}

/** A member that is left out when it is empty. */
export function optional<T>(key: string, codec: JsonCodec<T>): JsonField<T> {
  return { key, codec, omitEmpty: true }
}

export function badJson(path: string, expected: string, value: unknown): ClusterError {
  const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`
  return new ClusterError('ERR_BAD_JSON', `${path === '' ? 'the document' : path} must be ${expected}, not ${found}`)
}

/** A codec for what JSON holds as it is. */
function scalar<T extends JsonValue>(
  zero: T,
  toText: (value: T) => string,
  read: JsonCodec<T>['fromJSON']
): JsonCodec<T> {
  return {
    toJSON: (value) => value,
    toText,
    fromJSON: read,
    zero: () => zero,
    isEmpty: (value) => value === zero
  }
}

export const text: JsonCodec<string> = scalar('', quote, (value, path) => {
  if (typeof value !== 'string') throw badJson(path, 'text', value)
  return value
})

export const boolean: JsonCodec<boolean> = scalar<boolean>(false, String, (value, path) => {
  if (typeof value !== 'boolean') throw badJson(path, 'true or false', value)
  return value
})

/** A Go float. */
export const float: JsonCodec<number> = scalar(0, formatNumber, (value, path) => {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'number') throw badJson(path, 'a number', value)
  return value
})

/** A Go integer that is small in practice; one beyond 2^53 loses its last digits. */
export const integer: JsonCodec<number> = scalar(0, formatNumber, (value, path) => {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'number' || !Number.isInteger(value)) throw badJson(path, 'a whole number', value)
  return value
})

/** The same, not negative. */
export const unsigned: JsonCodec<number> = {
  ...integer,
  fromJSON(value, path) {
    const number = integer.fromJSON(value, path)
    if (number < 0) throw badJson(path, 'a whole number that is not negative', value)
    return number
  }
}

/** A Go integer of 64 bits, exact. */
export const bigInteger: JsonCodec<bigint> = {
  toJSON: (value) => value,
  toText: String,
  fromJSON(value, path) {
    if (typeof value === 'bigint') return value
    if (typeof value !== 'number' || !Number.isInteger(value)) throw badJson(path, 'a whole number', value)
    return BigInt(value)
  },
  zero: () => 0n,
  isEmpty: (value) => value === 0n
}

/** A value that Go holds as a string with rules of its own: a word of a list, a CID, a time. */
export function parsed<T>(
  expected: string,
  zero: T,
  format: (value: T) => string | null,
  parse: (text: string) => T
): JsonCodec<T> {
  return {
    toJSON: format,
    toText(value) {
      const formatted = format(value)
      return formatted === null ? 'null' : quote(formatted)
    },
    fromJSON(value, path) {
      if (typeof value !== 'string') throw badJson(path, expected, value)
      try {
        return parse(value)
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : 'malformed'
        throw new ClusterError('ERR_BAD_JSON', `${path}: ${reason}`, { cause })
      }
    },
    zero: () => zero,
    isEmpty: (value) => value === zero
  }
}

/** How {@link parsed} writes what is a string in our types as well. */
export function asItIs(value: string): string {
  return value
}

/** A list that is never null in our types: null is read as empty. */
export function list<T>(item: JsonCodec<T>): JsonCodec<T[]> {
  return {
    toJSON: (values) => values.map((value) => item.toJSON(value)),
    toText: (values) => listText(item, values),
    fromJSON: (value, path) => readList(item, value, path),
    zero: () => [],
    isEmpty: (values) => values.length === 0
  }
}

function listText<T>(item: JsonCodec<T>, values: readonly T[]): string {
  let out = '['
  for (let i = 0; i < values.length; i++) out += (i === 0 ? '' : ',') + item.toText(values[i] as T)
  return `${out}]`
}

function readList<T>(item: JsonCodec<T>, value: unknown, path: string): T[] {
  if (!Array.isArray(value)) throw badJson(path, 'a list', value)
  return value.map((entry: unknown, i) =>
    entry === null || entry === undefined ? item.zero() : item.fromJSON(entry, `${path}[${i}]`)
  )
}

/** A map with text keys. */
export function record<T>(item: JsonCodec<T>): JsonCodec<Record<string, T>> {
  return {
    toJSON(map) {
      const result = newJsonMap()
      for (const [key, value] of Object.entries(map)) result[key] = item.toJSON(value)
      return result
    },
    toText: (map) => recordText(item, map),
    fromJSON: (value, path) => readRecord(item, value, path),
    zero: () => ({}),
    isEmpty: (map) => Object.keys(map).length === 0
  }
}

function recordText<T>(item: JsonCodec<T>, map: Record<string, T>): string {
  let out = '{'
  for (const key of sortedKeys(map)) out += `${out === '{' ? '' : ','}${quote(key)}:${item.toText(map[key] as T)}`
  return `${out}}`
}

function readRecord<T>(item: JsonCodec<T>, value: unknown, path: string): Record<string, T> {
  const entries = Object.entries(asObject(value, path)).map(([key, entry]) => {
    return [key, entry === null || entry === undefined ? item.zero() : item.fromJSON(entry, join(path, key))] as const
  })
  // Object.fromEntries makes an own property even of the key "__proto__".
  return Object.fromEntries(entries)
}

/** What may be null in our types: a Go slice, map or pointer. */
export function nullable<T>(codec: JsonCodec<T>): JsonCodec<T | null> {
  return {
    toJSON: (value) => (value === null ? null : codec.toJSON(value)),
    toText: (value) => (value === null ? 'null' : codec.toText(value)),
    fromJSON: (value, path) => codec.fromJSON(value, path),
    zero: () => null,
    isEmpty: (value) => value === null || codec.isEmpty(value)
  }
}

/** What may be absent in our types. Declare it with {@link optional}. */
export function absentable<T>(codec: JsonCodec<T>): JsonCodec<T | undefined> {
  return {
    toJSON: (value) => (value === undefined ? null : codec.toJSON(value)),
    toText: (value) => (value === undefined ? 'null' : codec.toText(value)),
    fromJSON: (value, path) => codec.fromJSON(value, path),
    zero: () => undefined,
    isEmpty: (value) => value === undefined
  }
}

/** What is read and never written. Declare it with {@link optional}. */
export function unwritten<T>(codec: JsonCodec<T>): JsonCodec<T> {
  return { ...codec, isEmpty: () => true }
}

/**
 * An object with known members. Reading follows Go: unknown keys are ignored, keys match in any case, null and absent
 * members keep their zero value.
 */
export function struct<T extends object>(fields: JsonFields<T>): JsonCodec<T> {
  // Made on first use: a short-lived program needs one or two of all the types there are.
  let known: Members<T> | undefined
  const table = (): Members<T> => (known ??= membersOf(fields))
  const zero = (): T => {
    const result: Partial<T> = {}
    for (const { name, codec } of table().inOrder) result[name] = codec.zero()
    return result as T
  }
  return {
    zero,
    toJSON(value) {
      const result: Record<string, JsonValue> = {}
      for (const { name, key, codec, omitEmpty } of table().inOrder) {
        if (!omitEmpty || !codec.isEmpty(value[name])) result[key] = codec.toJSON(value[name])
      }
      return result
    },
    toText(value) {
      let out = '{'
      for (const { name, prefix, codec, omitEmpty } of table().inOrder) {
        if (omitEmpty && codec.isEmpty(value[name])) continue
        out += (out.length === 1 ? '' : ',') + prefix + codec.toText(value[name])
      }
      return `${out}}`
    },
    fromJSON(value, path) {
      const result = zero()
      const { byKey } = table()
      for (const [key, entry] of Object.entries(asObject(value, path))) {
        const member = byKey.get(key) ?? byKey.get(fold(key))
        if (member === undefined || entry === null || entry === undefined) continue
        result[member.name] = member.codec.fromJSON(entry, join(path, key))
      }
      return result
    },
    isEmpty: () => false
  }
}

/** The members of an object, ready to be written and looked up. */
interface Members<T> {
  readonly inOrder: readonly Member<T>[]
  /** By the folded key. */
  readonly byKey: ReadonlyMap<string, Member<T>>
}

interface Member<T> extends JsonField<T[keyof T]> {
  readonly name: keyof T
  /** The key as it stands in the text. */
  readonly prefix: string
}

function membersOf<T extends object>(fields: JsonFields<T>): Members<T> {
  const inOrder = (Object.entries(fields) as [keyof T, JsonField<T[keyof T]>][]).map(([name, member]) => ({
    name,
    prefix: `${quote(member.key)}:`,
    ...member
  }))
  return { inOrder, byKey: new Map(inOrder.map((member) => [fold(member.key), member])) }
}

function asObject(value: unknown, path: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badJson(path, 'an object', value)
  return value as JsonObject
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

/** Case folding of Go's decoder: ASCII, and the two letters beyond it that fold to ASCII. */
function fold(key: string): string {
  return key.toLowerCase().replaceAll('\u017f', 's')
}
