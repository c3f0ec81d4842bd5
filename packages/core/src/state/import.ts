import { ClusterError, isDefined, parseJSON, pinFromJSON } from '@ipfs-cluster/api'
import type { JsonValue } from '@ipfs-cluster/api'
import { peerIdToBytes, pinFields, pinKey, ProtobufWriter, writePin } from '../codec/index.ts'
import type { PinFields } from '../codec/index.ts'
import { messageOf } from '../util/errors.ts'
import type { AbortOptions } from '../util/startable.ts'
import type { StoredPin } from './interface.ts'
import { jsonDocuments } from './json-documents.ts'
import type { JsonDocument } from './json-documents.ts'
import { readPinLine } from './pin-line.ts'
import type { ReadPin } from './pin-line.ts'

/** What an imported pin is changed to. */
export interface ImportOptions extends AbortOptions {
  /** Fewest and most copies of every pin; 0 or absent: as the file says. */
  replicationFactorMin?: number
  replicationFactorMax?: number
  /** The peers that are to hold every pin; empty or absent: as the file says. */
  allocations?: readonly string[]
}

/** Who takes the pins of an import. */
export interface ImportTarget {
  /** The pins replace everything that was there: all of them or, when `pins` fails, none. */
  replaceAll(pins: AsyncIterable<readonly StoredPin[]>, options?: AbortOptions): Promise<void>
}

/**
 * Replaces the pinset by that of an export file. A mistake in the file changes nothing, wherever it stands.
 *
 * @param text - the file, in pieces of any size
 * @returns number of pins in the file
 * @throws ClusterError `ERR_BAD_EXPORT_FILE`, naming the line
 */
export async function importState(
  text: AsyncIterable<string>,
  target: ImportTarget,
  options: ImportOptions = {}
): Promise<number> {
  const overrides = overridesOf(options)
  let count = 0
  async function* pins(): AsyncGenerator<readonly StoredPin[]> {
    for await (const documents of jsonDocuments(text, readDocument)) {
      count += documents.length
      yield storedPins(documents, overrides)
    }
  }
  await target.replaceAll(pins(), options)
  return count
}

type Document = { readonly read: ReadPin } | { readonly json: JsonValue }

function readDocument(text: string): Document {
  const read = readPinLine(text)
  return read === undefined ? { json: parseJSON(text) } : { read }
}

/** All of them written into one piece of memory: it takes half of the time that one for each pin does. */
function storedPins(documents: readonly JsonDocument<Document>[], overrides: Partial<PinFields>): StoredPin[] {
  const writer = new ProtobufWriter()
  const places = documents.map((document) => {
    const start = writer.length
    return { key: writeDocument(writer, document, overrides), start, end: writer.length }
  })
  const bytes = writer.finish()
  return places.map(({ key, start, end }) => ({ key, value: bytes.subarray(start, end) }))
}

/** @returns the key of the pin */
function writeDocument(
  writer: ProtobufWriter,
  { value, line }: JsonDocument<Document>,
  overrides: Partial<PinFields>
): string {
  try {
    const { key, fields } = 'read' in value ? value.read : pinOf(value.json)
    writePin(writer, Object.assign(fields, overrides))
    return key
  } catch (cause) {
    throw new ClusterError('ERR_BAD_EXPORT_FILE', `line ${line} is not a pin: ${messageOf(cause)}`, { cause })
  }
}

function pinOf(json: JsonValue): ReadPin {
  const pin = pinFromJSON(json)
  if (!isDefined(pin.cid)) throw new ClusterError('ERR_BAD_EXPORT_FILE', 'it has no cid')
  return { key: pinKey(pin.cid), fields: pinFields(pin) }
}

function overridesOf(options: ImportOptions): Partial<PinFields> {
  const { replicationFactorMin = 0, replicationFactorMax = 0, allocations = [] } = options
  return {
    ...(replicationFactorMin > 0 && { replicationFactorMin }),
    ...(replicationFactorMax > 0 && { replicationFactorMax }),
    ...(allocations.length > 0 && { allocations: allocations.map(peerIdToBytes) })
  }
}
