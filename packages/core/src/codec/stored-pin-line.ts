import { cidBytesToText, compareText, decodeBase32, peerIdFromBytes, quote, Time } from '@ipfs-cluster/api'
import { multiaddrFromBytes } from './multiaddr.ts'
import { mergedMetadata, OptionsField, PIN_TYPES, PinField, readMetadataEntry, readTime, tryCid } from './pin.ts'
import { ProtobufReader } from './protobuf/reader.ts'

/** Length of the key of a CIDv0, and how all of them begin: the base32 of a SHA2-256 multihash. */
const V0_KEY_LENGTH = 55
const V0_KEY_START = 'CIQ'

const ZERO_TIME = `"${Time.ZERO.toString()}"`

/** The members of a pin, each as JSON text already. */
interface Parts {
  replicationMin: number
  replicationMax: number
  name: string
  shardSize: number
  expireAt: string
  metadata: Map<string, string> | undefined
  pinUpdate: string
  origins: string
  type: string
  allocations: string
  maxDepth: number
  reference: string
  timestamp: string
  time: Time
}

/**
 * A stored pin as one line of JSON, with its line feed: the same text as `encodePinLine(decodePin(value, cid))` without
 * building the pin. A listing of the whole pinset spends its time here.
 *
 * @param key - key of the pin in the state, which holds its CID
 * @throws ClusterError when the bytes are malformed
 */
export function storedPinToJSONLine(key: string, value: Uint8Array): string {
  return formatLine(keyToCidText(key), readParts(value))
}

/** What the status of a pin shows of the pin itself, as JSON. */
export interface StoredPinStatusTexts {
  /** The members of the object before the map of peers, without a brace before or a comma behind them. */
  readonly members: string
  /** When it was pinned, in quotes, in the local zone and in UTC. */
  readonly timestamp: string
  readonly utc: string
}

/**
 * The same for the status of a stored pin: the same text as that of a status made from the pin.
 *
 * @throws ClusterError when the bytes are malformed
 */
export function storedPinStatusTexts(key: string, value: Uint8Array): StoredPinStatusTexts {
  const { name, allocations, origins, timestamp, time, metadata } = readParts(value)
  const members =
    `"cid":"${keyToCidText(key)}","name":${name},"allocations":[${allocations}],"origins":[${origins}]` +
    `,"created":${timestamp},"metadata":${metadataText(metadata)}`
  const isUtc = time.isZero || timestamp.endsWith('Z"')
  const utc = isUtc ? timestamp : `"${new Time(time.seconds, 0, 0).toString()}"`
  return { members, timestamp, utc }
}

function readParts(value: Uint8Array): Parts {
  const parts: Parts = {
    replicationMin: 0,
    replicationMax: 0,
    name: '""',
    shardSize: 0,
    expireAt: ZERO_TIME,
    metadata: undefined,
    pinUpdate: 'null',
    origins: '',
    type: 'bad-type',
    allocations: '',
    maxDepth: 0,
    reference: 'null',
    timestamp: ZERO_TIME,
    time: Time.ZERO
  }
  const reader = new ProtobufReader(value)
  while (reader.next()) readPinField(reader, parts)
  return parts
}

function formatLine(cid: string, parts: Parts): string {
  return (
    `{"replication_factor_min":${parts.replicationMin},"replication_factor_max":${parts.replicationMax}` +
    `,"name":${parts.name},"mode":${parts.maxDepth === 0 ? '"direct"' : '"recursive"'}` +
    `,"shard_size":${parts.shardSize},"user_allocations":null,"expire_at":${parts.expireAt}` +
    `,"metadata":${metadataText(parts.metadata)},"pin_update":${parts.pinUpdate},"origins":[${parts.origins}]` +
    `,"cid":"${cid}","type":"${parts.type}","allocations":[${parts.allocations}],"max_depth":${parts.maxDepth}` +
    `,"reference":${parts.reference},"timestamp":${parts.timestamp}}\n`
  )
}

/** The text of a CIDv1 is the same base32 as its key, in lower case. */
function keyToCidText(key: string): string {
  const isV0 = key.length === V0_KEY_LENGTH && key.startsWith(V0_KEY_START)
  return isV0 ? cidBytesToText(decodeBase32(key)) : `b${key.toLowerCase()}`
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
      parts.timestamp = `"${parts.time.toString()}"`
      break
    default:
      reader.skip()
  }
}

function readOptions(reader: ProtobufReader, parts: Parts): void {
  let deprecated: Map<string, string> | undefined
  let metadata: Map<string, string> | undefined
  while (reader.next()) {
    switch (reader.field) {
      case OptionsField.REPLICATION_MIN:
        parts.replicationMin = reader.sint32()
        break
      case OptionsField.REPLICATION_MAX:
        parts.replicationMax = reader.sint32()
        break
      case OptionsField.NAME:
        parts.name = quote(reader.string())
        break
      case OptionsField.SHARD_SIZE:
        parts.shardSize = reader.uint64()
        break
      case OptionsField.METADATA_MAP:
        readMetadataEntry(reader, (deprecated ??= new Map<string, string>()))
        break
      case OptionsField.PIN_UPDATE:
        parts.pinUpdate = cidText(reader.bytes())
        break
      case OptionsField.EXPIRE_AT:
        parts.expireAt = `"${readTime(reader).toString()}"`
        break
      case OptionsField.ORIGINS:
        parts.origins += (parts.origins === '' ? '' : ',') + quote(multiaddrFromBytes(reader.bytes()))
        break
      case OptionsField.SORTED_METADATA:
        readMetadataEntry(reader, (metadata ??= new Map<string, string>()))
        break
      default:
        reader.skip()
    }
  }
  parts.metadata = mergedMetadata(deprecated, metadata) ?? parts.metadata
}

function cidText(bytes: Uint8Array): string {
  const cid = tryCid(bytes)
  return cid === null ? 'null' : `"${cidBytesToText(cid.bytes)}"`
}

function metadataText(metadata: Map<string, string> | undefined): string {
  if (metadata === undefined) return 'null'
  const keys = [...metadata.keys()].sort(compareText)
  return `{${keys.map((key) => `${quote(key)}:${quote(metadata.get(key) ?? '')}`).join(',')}}`
}
