import { Time } from '@ipfs-cluster/api'
import type { PinType } from '@ipfs-cluster/api'
import { mergedMetadata, OptionsField, PIN_TYPES, PinField, readMetadataEntry, readTime } from './pin.ts'
import { ProtobufReader } from './protobuf/reader.ts'

/** What pins are searched and ordered by. */
export interface PinSummary {
  name: string
  /** Undefined when there is none, as with most pins. */
  metadata: Map<string, string> | undefined
  /** When it was pinned, to the second. */
  timestamp: Time
}

/**
 * Reads of a stored pin what a search looks at, and passes over the rest: a search goes through the whole pinset.
 *
 * @throws ClusterError when the bytes are malformed
 */
export function readPinSummary(value: Uint8Array): PinSummary {
  const summary: PinSummary = { name: '', metadata: undefined, timestamp: Time.ZERO }
  const reader = new ProtobufReader(value)
  while (reader.next()) {
    if (reader.field === PinField.OPTIONS) reader.message(() => readOptions(reader, summary))
    else if (reader.field === PinField.TIMESTAMP) summary.timestamp = readTime(reader)
    else reader.skip()
  }
  return summary
}

/**
 * The binary IDs of the peers that a stored pin is allocated to, as views of its bytes; none: it is on every peer.
 *
 * @throws ClusterError when the bytes are malformed
 */
export function readPinAllocations(value: Uint8Array): Uint8Array[] {
  const allocations: Uint8Array[] = []
  const reader = new ProtobufReader(value)
  while (reader.next()) {
    if (reader.field === PinField.ALLOCATIONS) allocations.push(reader.bytes())
    else reader.skip()
  }
  return allocations
}

/** What tells which peers are to hold a pin, and how. */
export interface PinDemand {
  type: PinType
  /** Binary IDs of the peers that are to hold it, as views of its bytes. */
  allocations: readonly Uint8Array[]
  /** How deep below its CID it reaches; -1: to the end. */
  maxDepth: number
  replicationFactorMin: number
  replicationFactorMax: number
}

const NO_ALLOCATIONS: readonly Uint8Array[] = []

/**
 * Reads of a stored pin what a listing of states needs to know.
 *
 * @throws ClusterError when the bytes are malformed
 */
export function readPinDemand(value: Uint8Array): PinDemand {
  const demand: PinDemand = {
    ...{ type: 'bad-type', allocations: NO_ALLOCATIONS, maxDepth: 0 },
    ...{ replicationFactorMin: 0, replicationFactorMax: 0 }
  }
  const reader = new ProtobufReader(value)
  while (reader.next()) {
    if (reader.field === PinField.TYPE) demand.type = PIN_TYPES[reader.uint32()] ?? 'bad-type'
    else if (reader.field === PinField.ALLOCATIONS) demand.allocations = [...demand.allocations, reader.bytes()]
    else if (reader.field === PinField.MAX_DEPTH) demand.maxDepth = reader.sint32()
    else if (reader.field === PinField.OPTIONS) reader.message(() => readFactors(reader, demand))
    else reader.skip()
  }
  return demand
}

function readFactors(reader: ProtobufReader, demand: PinDemand): void {
  while (reader.next()) {
    if (reader.field === OptionsField.REPLICATION_MIN) demand.replicationFactorMin = reader.sint32()
    else if (reader.field === OptionsField.REPLICATION_MAX) demand.replicationFactorMax = reader.sint32()
    else reader.skip()
  }
}

/** What the place of a pin in an index depends on. */
export interface PinPlace {
  type: PinType
  /** When it was pinned, to the second. */
  timestamp: Time
  /** Binary IDs of the peers that hold it, as views of its bytes; none: it is on every peer. */
  allocations: readonly Uint8Array[]
}

/**
 * Reads of a stored pin what says where it belongs.
 *
 * @throws ClusterError when the bytes are malformed
 */
export function readPinPlace(value: Uint8Array): PinPlace {
  let allocations: Uint8Array[] | undefined
  let type: PinType | undefined
  let timestamp = Time.ZERO
  const reader = new ProtobufReader(value)
  while (reader.next()) {
    if (reader.field === PinField.TYPE) type ??= PIN_TYPES[reader.uint32()] ?? 'bad-type'
    else if (reader.field === PinField.ALLOCATIONS) (allocations ??= []).push(reader.bytes())
    else if (reader.field === PinField.TIMESTAMP) timestamp = readTime(reader)
    else reader.skip()
  }
  return { type: type ?? 'bad-type', timestamp, allocations: allocations ?? [] }
}

function readOptions(reader: ProtobufReader, summary: PinSummary): void {
  let deprecated: Map<string, string> | undefined
  let metadata: Map<string, string> | undefined
  while (reader.next()) {
    switch (reader.field) {
      case OptionsField.NAME:
        summary.name = reader.string()
        break
      case OptionsField.METADATA_MAP:
        readMetadataEntry(reader, (deprecated ??= new Map<string, string>()))
        break
      case OptionsField.SORTED_METADATA:
        readMetadataEntry(reader, (metadata ??= new Map<string, string>()))
        break
      default:
        reader.skip()
    }
  }
  summary.metadata = mergedMetadata(deprecated, metadata)
}
