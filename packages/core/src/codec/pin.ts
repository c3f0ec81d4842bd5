import {
  cidFromBytes,
  compareText,
  isDefined,
  peerIdFromBytes,
  peerIdToBytes,
  Time,
  UNDEFINED_CID
} from '@ipfs-cluster/api'
import type { Pin, PinType } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import { multiaddrFromBytes, multiaddrToBytes } from './multiaddr.ts'
import { ProtobufReader } from './protobuf/reader.ts'
import { ProtobufWriter } from './protobuf/writer.ts'

/** Pin types by their protobuf number. */
export const PIN_TYPES: readonly PinType[] = ['bad-type', 'pin', 'meta-pin', 'clusterdag-pin', 'shard-pin']

/** Field numbers of a pin and of its options in protobuf (spec: wire 3.1). */
export const PinField = {
  CID: 1,
  TYPE: 2,
  ALLOCATIONS: 3,
  MAX_DEPTH: 4,
  REFERENCE: 5,
  OPTIONS: 6,
  TIMESTAMP: 7
} as const
export const OptionsField = {
  REPLICATION_MIN: 1,
  REPLICATION_MAX: 2,
  NAME: 3,
  SHARD_SIZE: 4,
  METADATA_MAP: 6,
  PIN_UPDATE: 7,
  EXPIRE_AT: 8,
  ORIGINS: 9,
  SORTED_METADATA: 10
} as const

/** A pin in the terms of its stored form: CIDs and peers by their bytes, times in seconds since the Unix epoch. */
export interface PinFields extends Pick<
  Pin,
  'type' | 'maxDepth' | 'replicationFactorMin' | 'replicationFactorMax' | 'name' | 'shardSize'
> {
  cid: Uint8Array | undefined
  allocations: readonly Uint8Array[]
  reference: Uint8Array | undefined
  metadata: Readonly<Record<string, string>> | null
  pinUpdate: Uint8Array | undefined
  /** 0: never. */
  expireAt: number
  origins: readonly Uint8Array[]
  /** 0: unknown. */
  timestamp: number
}

/**
 * The form in which a pin is stored and travels in CRDT deltas. The mode and the user's preferred peers are not part
 * of it, and times are cut to seconds.
 *
 * @throws ClusterError when a peer ID or an origin is malformed
 */
export function encodePin(pin: Pin): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter()
  writePin(writer, pinFields(pin))
  return writer.finish()
}

/** @throws ClusterError when a peer ID or an origin is malformed */
export function pinFields(pin: Pin): PinFields {
  return {
    cid: isDefined(pin.cid) ? pin.cid.bytes : undefined,
    type: pin.type,
    allocations: pin.allocations?.map(peerIdToBytes) ?? [],
    maxDepth: pin.maxDepth,
    reference: pin.reference?.bytes,
    replicationFactorMin: pin.replicationFactorMin,
    replicationFactorMax: pin.replicationFactorMax,
    name: pin.name,
    shardSize: pin.shardSize,
    metadata: pin.metadata,
    pinUpdate: pin.pinUpdate?.bytes,
    expireAt: storedSeconds(pin.expireAt),
    origins: pin.origins?.map(multiaddrToBytes) ?? [],
    timestamp: storedSeconds(pin.timestamp)
  }
}

/** Writes {@link encodePin} of a pin, behind what was written before. */
export function writePin(writer: ProtobufWriter, pin: PinFields): void {
  if (pin.cid !== undefined) writer.bytes(PinField.CID, pin.cid)
  writer.uint64(PinField.TYPE, Math.max(0, PIN_TYPES.indexOf(pin.type)))
  for (const peer of pin.allocations) writer.alwaysBytes(PinField.ALLOCATIONS, peer)
  writer.sint32(PinField.MAX_DEPTH, pin.maxDepth)
  if (pin.reference !== undefined) writer.bytes(PinField.REFERENCE, pin.reference)
  writer.message(PinField.OPTIONS, () => writeOptions(writer, pin))
  writer.int64(PinField.TIMESTAMP, pin.timestamp)
}

function writeOptions(writer: ProtobufWriter, pin: PinFields): void {
  writer
    .sint32(OptionsField.REPLICATION_MIN, pin.replicationFactorMin)
    .sint32(OptionsField.REPLICATION_MAX, pin.replicationFactorMax)
    .string(OptionsField.NAME, pin.name)
    .uint64(OptionsField.SHARD_SIZE, Math.min(pin.shardSize, Number.MAX_SAFE_INTEGER))
  if (pin.pinUpdate !== undefined) writer.bytes(OptionsField.PIN_UPDATE, pin.pinUpdate)
  writer.int64(OptionsField.EXPIRE_AT, pin.expireAt)
  for (const origin of pin.origins) writer.alwaysBytes(OptionsField.ORIGINS, origin)
  if (pin.metadata !== null) writeMetadata(writer, pin.metadata)
}

/** Sorted by key, so that equal pins have equal bytes. */
function writeMetadata(writer: ProtobufWriter, metadata: Readonly<Record<string, string>>): void {
  for (const key of Object.keys(metadata).sort(compareText)) {
    writer.message(OptionsField.SORTED_METADATA, () => writer.string(1, key).string(2, metadata[key] ?? ''))
  }
}

/** 0 for no time. */
export function storedSeconds(time: Time): number {
  return time.isZero ? 0 : time.seconds
}

/**
 * Reads a stored pin.
 *
 * @param cid - the CID of the key that the pin is stored under; it counts more than the one in the bytes
 * @throws ClusterError when the bytes are malformed
 */
export function decodePin(bytes: Uint8Array, cid?: CID): Pin {
  const pin = emptyStoredPin(cid)
  const reader = new ProtobufReader(bytes)
  while (reader.next()) readPinField(reader, pin, cid !== undefined)
  pin.mode = pin.maxDepth === 0 ? 'direct' : 'recursive'
  return pin
}

/** What an absent field stands for: lists are empty, never null, once a pin has been stored. */
type StoredPin = Pin & { allocations: string[]; origins: string[] }

function emptyStoredPin(cid: CID = UNDEFINED_CID): StoredPin {
  return {
    replicationFactorMin: 0,
    replicationFactorMax: 0,
    name: '',
    mode: 'recursive',
    shardSize: 0,
    userAllocations: null,
    expireAt: Time.ZERO,
    metadata: null,
    pinUpdate: null,
    origins: [],
    cid,
    type: 'bad-type',
    allocations: [],
    maxDepth: 0,
    reference: null,
    timestamp: Time.ZERO
  }
}

function readPinField(reader: ProtobufReader, pin: StoredPin, hasCid: boolean): void {
  switch (reader.field) {
    case PinField.CID:
      if (hasCid) reader.skip()
      else pin.cid = tryCid(reader.bytes()) ?? UNDEFINED_CID
      break
    case PinField.TYPE:
      pin.type = PIN_TYPES[reader.uint32()] ?? 'bad-type'
      break
    case PinField.ALLOCATIONS:
      pin.allocations.push(peerIdFromBytes(reader.bytes()))
      break
    case PinField.MAX_DEPTH:
      pin.maxDepth = reader.sint32()
      break
    case PinField.REFERENCE:
      pin.reference = tryCid(reader.bytes())
      break
    case PinField.OPTIONS:
      reader.message(() => readOptions(reader, pin))
      break
    case PinField.TIMESTAMP:
      pin.timestamp = readTime(reader)
      break
    default:
      reader.skip()
  }
}

function readOptions(reader: ProtobufReader, pin: StoredPin): void {
  const metadata = new Map<string, string>()
  const deprecated = new Map<string, string>()
  while (reader.next()) {
    switch (reader.field) {
      case OptionsField.REPLICATION_MIN:
        pin.replicationFactorMin = reader.sint32()
        break
      case OptionsField.REPLICATION_MAX:
        pin.replicationFactorMax = reader.sint32()
        break
      case OptionsField.NAME:
        pin.name = reader.string()
        break
      case OptionsField.SHARD_SIZE:
        pin.shardSize = reader.uint64()
        break
      case OptionsField.METADATA_MAP:
        readMetadataEntry(reader, deprecated)
        break
      case OptionsField.PIN_UPDATE:
        pin.pinUpdate = tryCid(reader.bytes())
        break
      case OptionsField.EXPIRE_AT:
        pin.expireAt = readTime(reader)
        break
      case OptionsField.ORIGINS:
        pin.origins.push(multiaddrFromBytes(reader.bytes()))
        break
      case OptionsField.SORTED_METADATA:
        readMetadataEntry(reader, metadata)
        break
      default:
        reader.skip()
    }
  }
  if (deprecated.size + metadata.size > 0) pin.metadata = Object.fromEntries([...deprecated, ...metadata])
}

/** Key and value of one entry, of either form of metadata. */
export function readMetadataEntry(reader: ProtobufReader, into: Map<string, string>): void {
  let key = ''
  let value = ''
  reader.message(() => {
    while (reader.next()) {
      if (reader.field === 1) key = reader.string()
      else if (reader.field === 2) value = reader.string()
      else reader.skip()
    }
  })
  into.set(key, value)
}

/** Old pins have their metadata in one form, new ones in the other, which counts where there are both. */
export function mergedMetadata(
  deprecated: Map<string, string> | undefined,
  metadata: Map<string, string> | undefined
): Map<string, string> | undefined {
  return deprecated === undefined ? metadata : new Map([...deprecated, ...(metadata ?? [])])
}

/** Unix seconds; 0 is no time. */
export function readTime(reader: ProtobufReader): Time {
  const seconds = reader.int64()
  return seconds === 0 ? Time.ZERO : new Time(seconds)
}

/** A CID that may be absent or malformed, which is the same to the Go release. */
export function tryCid(bytes: Uint8Array): CID | null {
  try {
    return cidFromBytes(bytes)
  } catch {
    return null
  }
}
