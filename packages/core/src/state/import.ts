import { ClusterError, isDefined, parseJSON, pinFromJSON } from '@ipfs-cluster/api'
import type { JsonValue, Pin } from '@ipfs-cluster/api'
import { encodePin, pinKey } from '../codec/index.ts'
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
  let count = 0
  async function* pins(): AsyncGenerator<readonly StoredPin[]> {
    for await (const documents of jsonDocuments(text, readDocument)) {
      count += documents.length
      yield documents.map((document) => storedPin(document, options))
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

function storedPin({ value, line }: JsonDocument<Document>, options: ImportOptions): StoredPin {
  try {
    const { key, pin } = 'read' in value ? value.read : pinOf(value.json)
    return { key, value: encodePin(override(pin, options)) }
  } catch (cause) {
    throw new ClusterError('ERR_BAD_EXPORT_FILE', `line ${line} is not a pin: ${messageOf(cause)}`, { cause })
  }
}

function pinOf(json: JsonValue): ReadPin {
  const pin = pinFromJSON(json)
  if (!isDefined(pin.cid)) throw new ClusterError('ERR_BAD_EXPORT_FILE', 'it has no cid')
  return { key: pinKey(pin.cid), pin }
}

function override(pin: Pin, options: ImportOptions): Pin {
  const { replicationFactorMin = 0, replicationFactorMax = 0, allocations = [] } = options
  if (replicationFactorMin > 0) pin.replicationFactorMin = replicationFactorMin
  if (replicationFactorMax > 0) pin.replicationFactorMax = replicationFactorMax
  if (allocations.length > 0) pin.allocations = [...allocations]
  return pin
}
