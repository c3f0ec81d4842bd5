import { ClusterError, isDefined, parseJSON, pinFromJSON } from '@ipfs-cluster/api'
import type { Pin } from '@ipfs-cluster/api'
import { encodePin } from '../codec/index.ts'
import { messageOf } from '../util/errors.ts'
import type { AbortOptions } from '../util/startable.ts'
import { jsonDocuments } from './json-documents.ts'
import type { JsonDocument } from './json-documents.ts'

/** What an imported pin is changed to. */
export interface ImportOptions extends AbortOptions {
  /** Fewest and most copies of every pin; 0 or absent: as the file says. */
  replicationFactorMin?: number
  replicationFactorMax?: number
  /** The peers that are to hold every pin; empty or absent: as the file says. */
  allocations?: readonly string[]
}

/** Who takes the pins of an import: they replace everything that was there. */
export interface ImportTarget {
  replaceAll(pins: AsyncIterable<Pin>, options?: AbortOptions): Promise<void>
}

/**
 * Replaces the pinset by that of an export file. The file is read twice: once to see that all of it is pins, so that a
 * mistake changes nothing, and once to apply it.
 *
 * @param open - gives the text of the file from its start, in pieces of any size
 * @returns number of pins
 * @throws ClusterError `ERR_BAD_JSON`, naming the line
 */
export async function importState(
  open: () => AsyncIterable<string>,
  target: ImportTarget,
  options: ImportOptions = {}
): Promise<number> {
  let count = 0
  for await (const _ of readPins(open(), options)) count++
  await target.replaceAll(readPins(open(), options), options)
  return count
}

async function* readPins(text: AsyncIterable<string>, options: ImportOptions): AsyncGenerator<Pin> {
  for await (const document of jsonDocuments(text)) {
    options.signal?.throwIfAborted()
    yield override(readPin(document), options)
  }
}

function readPin({ text, line }: JsonDocument): Pin {
  try {
    const pin = pinFromJSON(parseJSON(text))
    if (!isDefined(pin.cid)) throw new ClusterError('ERR_BAD_JSON', 'it has no cid')
    // What cannot be stored must show before anything is deleted.
    encodePin(pin)
    return pin
  } catch (cause) {
    throw new ClusterError('ERR_BAD_JSON', `line ${line} is not a pin: ${messageOf(cause)}`, { cause })
  }
}

function override(pin: Pin, options: ImportOptions): Pin {
  const { replicationFactorMin = 0, replicationFactorMax = 0, allocations = [] } = options
  if (replicationFactorMin > 0) pin.replicationFactorMin = replicationFactorMin
  if (replicationFactorMax > 0) pin.replicationFactorMax = replicationFactorMax
  if (allocations.length > 0) pin.allocations = [...allocations]
  return pin
}
