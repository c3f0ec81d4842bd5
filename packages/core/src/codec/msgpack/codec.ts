import { MsgpackReader } from './reader.ts'
import { Kind } from './header.ts'
import { MsgpackWriter } from './writer.ts'

/**
 * How one type is written to msgpack and read back. Encoder and decoder come from one declaration.
 */
export interface MsgpackCodec<T> {
  write(writer: MsgpackWriter, value: T): void
  /** Reads a value that is not nil. */
  read(reader: MsgpackReader): T
  /** What nil and an absent key stand for. */
  zero(): T
  /** Whether `omitempty` leaves the value out. */
  isEmpty(value: T): boolean
}

/** The bytes of a value. */
export function encodeMsgpack<T>(codec: MsgpackCodec<T>, value: T): Uint8Array<ArrayBuffer> {
  const writer = new MsgpackWriter()
  codec.write(writer, value)
  return writer.finish()
}

/**
 * The value that makes up these bytes.
 *
 * @param position - of the bytes in the stream that they come from: errors tell it
 * @throws ClusterError when they are malformed, of another type, or when something follows the value
 */
export function decodeMsgpack<T>(codec: MsgpackCodec<T>, bytes: Uint8Array, position?: number): T {
  const reader = new MsgpackReader(bytes, position)
  const value = readValue(codec, reader)
  if (!reader.done) throw reader.fail('bytes after the value')
  return value
}

/** Reads a value where nil stands for the zero value, as it does everywhere in Go. */
export function readValue<T>(codec: MsgpackCodec<T>, reader: MsgpackReader): T {
  return reader.tryNil() ? codec.zero() : codec.read(reader)
}

export const text: MsgpackCodec<string> = {
  write: (writer, value) => writer.text(value),
  read: (reader) => reader.text(),
  zero: () => '',
  isEmpty: (value) => value === ''
}

export const boolean: MsgpackCodec<boolean> = {
  write: (writer, value) => writer.boolean(value),
  read: (reader) => reader.boolean(),
  zero: () => false,
  isEmpty: (value) => !value
}

/** A signed integer of Go that stays small. */
export const int: MsgpackCodec<number> = {
  write: (writer, value) => writer.int(value),
  read: (reader) => reader.integer(),
  zero: () => 0,
  isEmpty: (value) => value === 0
}

/** A signed integer of 64 bits, exact. */
export const int64: MsgpackCodec<bigint> = {
  write: (writer, value) => writer.int(value),
  read: (reader) => reader.bigint(),
  zero: () => 0n,
  isEmpty: (value) => value === 0n
}

/** An unsigned integer of Go that stays below 2^53. */
export const uint: MsgpackCodec<number> = {
  ...int,
  write: (writer, value) => writer.uint(value),
  read(reader) {
    const value = reader.integer()
    if (value < 0) throw reader.fail(`expected an unsigned integer, not ${value}`)
    return value
  }
}

/** An unsigned integer of 64 bits, exact. */
export const uint64: MsgpackCodec<bigint> = {
  ...int64,
  write: (writer, value) => writer.uint(value),
  read(reader) {
    const value = reader.bigint()
    if (value < 0n) throw reader.fail(`expected an unsigned integer, not ${value}`)
    return value
  }
}

export const float: MsgpackCodec<number> = {
  write: (writer, value) => writer.float(value),
  read: (reader) => reader.float(),
  zero: () => 0,
  isEmpty: (value) => value === 0
}

/** Bytes, copied when read. Empty ones are not left out: in Go they differ from none. */
export const bytes: MsgpackCodec<Uint8Array> = {
  write: (writer, value) => writer.bytes(value),
  read: (reader) => Uint8Array.from(reader.bytes()),
  zero: () => new Uint8Array(0),
  isEmpty: () => false
}

/** The same without a copy: what is read is valid as long as the message that it is part of. */
export const view: MsgpackCodec<Uint8Array> = { ...bytes, read: (reader) => reader.bytes() }

/** What may be null in our types: nil. Only null itself is left out, for an empty list differs from none. */
export function nullable<T>(codec: MsgpackCodec<T>): MsgpackCodec<T | null> {
  return {
    write(writer, value) {
      if (value === null) writer.nil()
      else codec.write(writer, value)
    },
    read: (reader) => codec.read(reader),
    zero: () => null,
    isEmpty: (value) => value === null
  }
}

/** What may be absent in our types. Declare it with {@link optional}. */
export function absentable<T>(codec: MsgpackCodec<T>): MsgpackCodec<T | undefined> {
  return {
    write(writer, value) {
      if (value === undefined) writer.nil()
      else codec.write(writer, value)
    },
    read: (reader) => codec.read(reader),
    zero: () => undefined,
    isEmpty: (value) => value === undefined
  }
}

export function list<T>(item: MsgpackCodec<T>): MsgpackCodec<T[]> {
  return {
    write(writer, values) {
      writer.listHeader(values.length)
      for (const value of values) item.write(writer, value)
    },
    read(reader) {
      const values: T[] = []
      for (let left = reader.listHeader(); left > 0; left--) values.push(readValue(item, reader))
      return values
    },
    zero: () => [],
    isEmpty: (values) => values.length === 0
  }
}

/** A map with text keys. */
export function record<T>(item: MsgpackCodec<T>): MsgpackCodec<Record<string, T>> {
  return {
    write(writer, map) {
      const entries = Object.entries(map)
      writer.mapHeader(entries.length)
      for (const [key, value] of entries) {
        writer.text(key)
        item.write(writer, value)
      }
    },
    read(reader) {
      const entries: [string, T][] = []
      for (let left = reader.mapHeader(); left > 0; left--) {
        entries.push([readValue(text, reader), readValue(item, reader)])
      }
      // Object.fromEntries makes an own property even of the key "__proto__".
      return Object.fromEntries(entries)
    },
    zero: () => ({}),
    isEmpty: (map) => Object.keys(map).length === 0
  }
}

/** One member of a struct. */
export interface MsgpackField<T> {
  readonly key: string
  readonly codec: MsgpackCodec<T>
  readonly omitEmpty: boolean
}

/** The members of a struct in the order of Go's declaration, embedded structs where they stand. */
export type MsgpackFields<T> = { readonly [K in keyof T]-?: MsgpackField<T[K]> }

/** A member that is always written. */
export function field<T>(key: string, codec: MsgpackCodec<T>): MsgpackField<T> {
  return { key, codec, omitEmpty: false }
}

/** A member that is left out when it is empty. */
export function optional<T>(key: string, codec: MsgpackCodec<T>): MsgpackField<T> {
  return { key, codec, omitEmpty: true }
}

/** The same members, none left out: an empty one is nil. */
export function everyKey<T>(fields: MsgpackFields<T>): MsgpackFields<T> {
  const explicit = Object.entries<MsgpackField<T[keyof T]>>(fields).map(([name, { key, codec, omitEmpty }]) => {
    const write: typeof codec.write = (writer, value) => {
      if (codec.isEmpty(value)) writer.nil()
      else codec.write(writer, value)
    }
    return [name, field(key, omitEmpty ? { ...codec, write } : codec)]
  })
  return Object.fromEntries(explicit) as MsgpackFields<T>
}

/**
 * A map with known keys. Read as Go does: unknown keys are skipped, absent ones keep their zero value, and a list
 * holds the members in order.
 */
export function struct<T extends object>(fields: MsgpackFields<T>): MsgpackCodec<T> {
  const members = (Object.entries(fields) as [keyof T, MsgpackField<T[keyof T]>][]).map(([name, member]) => ({
    name,
    encodedKey: encodeMsgpack(text, member.key),
    ...member
  }))
  const byKey = new Map(members.map((member) => [member.key, member]))
  const isAbsent = (value: T, { name, codec, omitEmpty }: (typeof members)[number]): boolean =>
    omitEmpty && codec.isEmpty(value[name])
  const zero = (): T => {
    const result: Partial<T> = {}
    for (const { name, codec } of members) result[name] = codec.zero()
    return result as T
  }

  /** Keys nearly always come in the order of their declaration: then none of them is made a text. */
  function placeOf(reader: MsgpackReader, from: number): number {
    let place = from
    for (let member = members[place]; member !== undefined; member = members[++place]) {
      if (reader.tryEncoded(member.encodedKey)) break
    }
    return place
  }

  function readMap(reader: MsgpackReader): T {
    const result = zero()
    let place = 0
    for (let left = reader.mapHeader(); left > 0; left--) {
      place = placeOf(reader, place)
      const member = members[place++] ?? byKey.get(readValue(text, reader))
      if (member === undefined) reader.skip()
      else result[member.name] = readValue(member.codec, reader)
    }
    return result
  }

  function readList(reader: MsgpackReader): T {
    const result = zero()
    const length = reader.listHeader()
    for (let i = 0; i < length; i++) {
      const member = members[i]
      if (member === undefined) reader.skip()
      else result[member.name] = readValue(member.codec, reader)
    }
    return result
  }

  return {
    write(writer, value) {
      let present = 0
      for (const member of members) if (!isAbsent(value, member)) present++
      writer.mapHeader(present)
      for (const member of members) {
        if (isAbsent(value, member)) continue
        writer.encoded(member.encodedKey)
        member.codec.write(writer, value[member.name])
      }
    },
    read: (reader) => (reader.peek() === Kind.ARRAY ? readList(reader) : readMap(reader)),
    zero,
    isEmpty: (value) => members.every(({ name, codec }) => codec.isEmpty(value[name]))
  }
}

/** Go's `struct{}`: no members. */
export const empty: MsgpackCodec<Record<never, never>> = struct<Record<never, never>>({})
