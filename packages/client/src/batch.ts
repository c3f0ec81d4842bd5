import type { PinOptions } from '@ipfs-cluster/api'
import { cidToText, defaultPinOptions, pinOptionsToJSON, stringify } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'

/** A pin to be made, with the options that are not to have their defaults. */
export interface BatchPin extends Partial<PinOptions> {
  readonly cid: CID
}

/** Bytes that are sent together. */
const CHUNK = 64 * 1024

/** A line of JSON for each pin: many together where they are all at hand, else each as it comes. */
export async function* batchLines(
  pins: AsyncIterable<BatchPin> | Iterable<BatchPin>
): AsyncGenerator<Uint8Array, void, void> {
  const encoder = new TextEncoder()
  if (Symbol.asyncIterator in pins) {
    for await (const pin of pins) yield encoder.encode(lineOf(pin))
    return
  }
  let text = ''
  for (const pin of pins) {
    text += lineOf(pin)
    if (text.length < CHUNK) continue
    yield encoder.encode(text)
    text = ''
  }
  if (text !== '') yield encoder.encode(text)
}

function lineOf({ cid, ...options }: BatchPin): string {
  return `${stringify({ cid: cidToText(cid), ...pinOptionsToJSON({ ...defaultPinOptions(), ...options }) })}\n`
}
