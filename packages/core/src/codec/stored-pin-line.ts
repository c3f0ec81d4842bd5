import { cidBytesToText, compareText, decodeBase32, peerIdFromBytes, quote, Time } from '@ipfs-cluster/api'
import type { LineBuffer } from './line-buffer.ts'
import { remembered, words } from './line-buffer.ts'
import { multiaddrFromBytes } from './multiaddr.ts'
import { OptionsField, PIN_TYPES, PinField, readTime, tryCid } from './pin.ts'
import { ProtobufReader } from './protobuf/reader.ts'

/** Length of the key of a CIDv0, and how all of them begin: the base32 of a SHA2-256 multihash. */
const V0_KEY_LENGTH = 55
const V0_KEY_START = 'CIQ'

const ZERO_TIME = `"${Time.ZERO.toString()}"`

// A line by its pieces: what stands between the texts that each pin has of its own.
const piece = {
  start: remembered((min: number, max: number) => {
    return `{"replication_factor_min":${min},"replication_factor_max":${max},"name":`
  }),
  mode: remembered((isDirect: boolean, shardSize: number) => {
    return `,"mode":"${isDirect ? 'direct' : 'recursive'}","shard_size":${shardSize},"user_allocations":null`
  }),
  expiry: remembered((expireAt: number, hasMetadata: boolean) => {
    const time = expireAt === 0 ? Time.ZERO : new Time(expireAt)
    return `,"expire_at":"${time.toString()}","metadata":${hasMetadata ? '' : 'null'}`
  }),
  links: remembered(
    (pinUpdate: string, origins: string) => `,"pin_update":${pinUpdate},"origins":[${origins}],"cid":"`
  ),
  place: remembered((type: string, allocations: string) => `","type":"${type}","allocations":[${allocations}]`),
  depth: remembered((maxDepth: number, reference: string) => {
    return `,"max_depth":${maxDepth},"reference":${reference},"timestamp":`
  }),
  end: words('}\n')
} as const

/** The same for the members of a status. */
const statusPiece = {
  start: words('"cid":"'),
  name: words('","name":'),
  place: remembered((allocations: string, origins: string) => {
    return `,"allocations":[${allocations}],"origins":[${origins}],"created":`
  }),
  metadata: remembered(
    (timestamp: string, hasMetadata: boolean) => `${timestamp},"metadata":${hasMetadata ? '' : 'null'}`
  )
} as const

const word = { open: words('{'), colon: words(':'), comma: words(','), close: words('}') } as const

/** Where a text lies in the stored form. */
interface Span {
  readonly start: number
  readonly end: number
}

/** A key of the metadata and its text. */
interface Label {
  readonly key: Span
  readonly value: Span
}

const NOWHERE: Span = { start: 0, end: 0 }

/** What a stored pin consists of: texts that are the user's are not read, the others are JSON already. */
interface Parts {
  replicationMin: number
  replicationMax: number
  name: Span
  shardSize: number
  /** In seconds; 0: never. */
  expireAt: number
  /** In the deprecated form and in the other one, whose labels count when a key is in both; absent: none. */
  deprecated: readonly Label[]
  metadata: readonly Label[]
  pinUpdate: string
  origins: string
  type: string
  allocations: string
  maxDepth: number
  reference: string
  time: Time
}

/**
 * A stored pin as one line of JSON, with its line feed: the same text as `encodePinLine(decodePin(value, cid))` without
 * building the pin. A listing of the whole pinset spends its time here.
 *
 * @param key - key of the pin in the state, which holds its CID
 * @throws ClusterError when the bytes are malformed; part of the line is written then
 */
export function putStoredPin(line: LineBuffer, key: string, value: Uint8Array): void {
  const parts = readParts(value)
  const { name, maxDepth } = parts
  line.put(piece.start(parts.replicationMin, parts.replicationMax))
  line.quoted(value, name.start, name.end)
  line.put(piece.mode(maxDepth === 0, parts.shardSize))
  line.put(piece.expiry(parts.expireAt, hasMetadata(parts)))
  putMetadata(line, value, parts)
  line.put(piece.links(parts.pinUpdate, parts.origins))
  putCid(line, key)
  line.put(piece.place(parts.type, parts.allocations))
  line.put(piece.depth(maxDepth, parts.reference))
  line.ascii(quotedTime(parts.time))
  line.put(piece.end)
}

/** When a pin was made, in quotes, in the local zone and in UTC. */
export interface StoredPinTimes {
  readonly timestamp: string
  readonly utc: string
}

/**
 * What the status of a pin shows of the pin itself: the members of the object before the map of peers, without a brace
 * before or a comma behind them. The same text as that of a status made from the pin.
 *
 * @throws ClusterError when the bytes are malformed; part of the members is written then
 */
export function putStoredPinStatus(line: LineBuffer, key: string, value: Uint8Array): StoredPinTimes {
  const parts = readParts(value)
  const { time } = parts
  const timestamp = quotedTime(time)
  line.put(statusPiece.start)
  putCid(line, key)
  line.put(statusPiece.name)
  line.quoted(value, parts.name.start, parts.name.end)
  line.put(statusPiece.place(parts.allocations, parts.origins))
  line.put(statusPiece.metadata(timestamp, hasMetadata(parts)))
  putMetadata(line, value, parts)
  const isUtc = time.isZero || timestamp.endsWith('Z"')
  return { timestamp, utc: isUtc ? timestamp : `"${new Time(time.seconds, 0, 0).toString()}"` }
}

function quotedTime(time: Time): string {
  return time.isZero ? ZERO_TIME : `"${time.toString()}"`
}

/** The text of a CIDv1 is the same base32 as its key, in lower case. */
function putCid(line: LineBuffer, key: string): void {
  const isV0 = key.length === V0_KEY_LENGTH && key.startsWith(V0_KEY_START)
  line.ascii(isV0 ? cidBytesToText(decodeBase32(key)) : `b${key.toLowerCase()}`)
}

const NO_LABELS: readonly Label[] = []

function readParts(value: Uint8Array): Parts {
  const parts: Parts = {
    replicationMin: 0,
    replicationMax: 0,
    name: NOWHERE,
    shardSize: 0,
    expireAt: 0,
    deprecated: NO_LABELS,
    metadata: NO_LABELS,
    pinUpdate: 'null',
    origins: '',
    type: 'bad-type',
    allocations: '',
    maxDepth: 0,
    reference: 'null',
    time: Time.ZERO
  }
  const reader = new ProtobufReader(value)
  while (reader.next()) readPinField(reader, parts)
  return parts
}

function readPinField(reader: ProtobufReader, parts: Parts): void {
  switch (reader.field) {
    case PinField.TYPE:
      parts.type = PIN_TYPES[reader.uint32()] ?? 'bad-type'
      break
    case PinField.ALLOCATIONS:
      parts.allocations += `${parts.allocations === '' ? '' : ','}"${peerIdFromBytes(reader.bytes())}"`
      break
    case PinField.MAX_DEPTH:
      parts.maxDepth = reader.sint32()
      break
    case PinField.REFERENCE:
      parts.reference = cidText(reader.bytes())
      break
    case PinField.OPTIONS:
      reader.message(() => readOptions(reader, parts))
      break
    case PinField.TIMESTAMP:
      parts.time = readTime(reader)
      break
    default:
      reader.skip()
  }
}

function readOptions(reader: ProtobufReader, parts: Parts): void {
  let deprecated: Label[] | undefined
  let metadata: Label[] | undefined
  while (reader.next()) {
    switch (reader.field) {
      case OptionsField.REPLICATION_MIN:
        parts.replicationMin = reader.sint32()
        break
      case OptionsField.REPLICATION_MAX:
        parts.replicationMax = reader.sint32()
        break
      case OptionsField.NAME:
        parts.name = reader.span()
        break
      case OptionsField.SHARD_SIZE:
        parts.shardSize = reader.uint64()
        break
      case OptionsField.METADATA_MAP:
        ;(deprecated ??= []).push(readLabel(reader))
        break
      case OptionsField.PIN_UPDATE:
        parts.pinUpdate = cidText(reader.bytes())
        break
      case OptionsField.EXPIRE_AT:
        parts.expireAt = reader.int64()
        break
      case OptionsField.ORIGINS:
        parts.origins += (parts.origins === '' ? '' : ',') + quote(multiaddrFromBytes(reader.bytes()))
        break
      case OptionsField.SORTED_METADATA:
        ;(metadata ??= []).push(readLabel(reader))
        break
      default:
        reader.skip()
    }
  }
  if (deprecated === undefined && metadata === undefined) return
  parts.deprecated = deprecated ?? NO_LABELS
  parts.metadata = metadata ?? NO_LABELS
}

function readLabel(reader: ProtobufReader): Label {
  let key = NOWHERE
  let value = NOWHERE
  reader.message(() => {
    while (reader.next()) {
      if (reader.field === 1) key = reader.span()
      else if (reader.field === 2) value = reader.span()
      else reader.skip()
    }
  })
  return { key, value }
}

function cidText(bytes: Uint8Array): string {
  const cid = tryCid(bytes)
  return cid === null ? 'null' : `"${cidBytesToText(cid.bytes)}"`
}

function hasMetadata({ deprecated, metadata }: Parts): boolean {
  return deprecated.length + metadata.length > 0
}

/** Nothing when there is none. */
function putMetadata(line: LineBuffer, source: Uint8Array, parts: Parts): void {
  if (!hasMetadata(parts)) return
  const { deprecated, metadata } = parts
  const labels =
    deprecated.length === 0 && metadata.length === 1 ? metadata : inOrder(source, [...deprecated, ...metadata])
  line.put(word.open)
  let isFirst = true
  for (const { key, value } of labels) {
    if (!isFirst) line.put(word.comma)
    isFirst = false
    line.quoted(source, key.start, key.end)
    line.put(word.colon)
    line.quoted(source, value.start, value.end)
  }
  line.put(word.close)
}

/** Each key once, with the last text that it was given, in the order in which the Go release writes them. */
function inOrder(source: Uint8Array, labels: readonly Label[]): Label[] {
  const { buffer, byteOffset } = source
  const textOf = ({ start, end }: Span): string => Buffer.from(buffer, byteOffset + start, end - start).toString()
  const byKey = new Map(labels.map((label) => [textOf(label.key), label]))
  return [...byKey].sort(([a], [b]) => compareText(a, b)).map(([, label]) => label)
}
