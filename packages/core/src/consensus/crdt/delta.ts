import { posix } from 'node:path'
import type { BlockId } from '../../blocks/index.ts'
import { ProtobufReader, ProtobufWriter } from '../../codec/index.ts'
import { MAX_HEIGHT } from './defaults.ts'

/** A key that is added to the set, with its value. */
export interface Element {
  /** Without the leading slash that it has on the wire. */
  readonly key: string
  readonly value: Uint8Array
}

/** An addition that is taken back: the key, and the block that added it. */
export interface Tombstone {
  readonly key: string
  readonly id: BlockId
}

/** One change of the set, as it travels between replicas. Tombstones count before elements. */
export interface Delta {
  readonly elements: readonly Element[]
  readonly tombstones: readonly Tombstone[]
  /** Height of the block in the DAG; the first block has 1. */
  readonly priority: number
}

const DeltaField = { ELEMENTS: 1, TOMBSTONES: 2, PRIORITY: 3 } as const
const ElementField = { KEY: 1, ID: 2, VALUE: 3 } as const

/** The protobuf form (spec: wire 4.2). */
export function encodeDelta(delta: Delta): Uint8Array {
  const writer = new ProtobufWriter()
  for (const { key, value } of delta.elements) {
    writer.message(DeltaField.ELEMENTS, () =>
      writer.string(ElementField.KEY, `/${key}`).bytes(ElementField.VALUE, value)
    )
  }
  for (const { key, id } of delta.tombstones) {
    writer.message(DeltaField.TOMBSTONES, () =>
      writer.string(ElementField.KEY, `/${key}`).string(ElementField.ID, `/${id}`)
    )
  }
  return writer.uint64(DeltaField.PRIORITY, delta.priority).finish()
}

/** @throws ClusterError `ERR_BAD_ENCODING` when the bytes are not a delta */
export function decodeDelta(bytes: Uint8Array): Delta {
  const elements: Element[] = []
  const tombstones: Tombstone[] = []
  let priority = 0
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.field === DeltaField.ELEMENTS) elements.push(elementOf(readEntry(reader)))
    else if (reader.field === DeltaField.TOMBSTONES) tombstones.push(tombstoneOf(readEntry(reader)))
    else if (reader.field === DeltaField.PRIORITY) priority = reader.uint64()
    else reader.skip()
  }
  return { elements, tombstones, priority: Math.min(priority, MAX_HEIGHT) }
}

/** Bytes that an element or a tombstone takes in the protobuf form, or a few more. */
export function encodedSize(entry: Element | Tombstone): number {
  return entry.key.length + ('value' in entry ? entry.value.length : entry.id.length) + FRAME_SIZE
}

/** Tags, slashes and lengths around one entry, at most. */
const FRAME_SIZE = 16

/** What both are on the wire. */
type WireElement = Element & Tombstone

const elementOf = ({ key, value }: WireElement): Element => ({ key, value })
const tombstoneOf = ({ key, id }: WireElement): Tombstone => ({ key, id })

function readEntry(reader: ProtobufReader): WireElement {
  let key = ''
  let id = ''
  let value: Uint8Array = EMPTY
  reader.message(() => {
    while (reader.next()) {
      if (reader.field === ElementField.KEY) key = cleanKey(reader.string())
      else if (reader.field === ElementField.ID) id = cleanKey(reader.string())
      else if (reader.field === ElementField.VALUE) value = reader.bytes()
      else reader.skip()
    }
  })
  return { key, id, value }
}

const EMPTY = new Uint8Array(0)

/** What a path may hold that Go's datastore keys never do. */
const UNCLEAN = /\/\/|\/\.|\/$/

/** A key as the datastore of the Go release would have it; one with `..` cannot reach outside of the set. */
function cleanKey(text: string): string {
  // Nearly every key: a single name.
  if (text.length > 1 && text.lastIndexOf('/') === 0 && text[1] !== '.') return text.slice(1)
  const rooted = text.startsWith('/') ? text : `/${text}`
  return (UNCLEAN.test(rooted) ? posix.normalize(rooted).replace(/\/$/, '') : rooted).slice(1)
}
