import { storedPinToJSONLine } from '@ipfs-cluster/core/codec'
import type { StoredPin } from '@ipfs-cluster/core/state'

/** Pins as they are stored, as lines of JSON: a batch to a text. */
export async function* storedPinLines(
  batches: AsyncIterable<readonly StoredPin[]>
): AsyncGenerator<string, void, undefined> {
  for await (const batch of batches) {
    let text = ''
    for (const { key, value } of batch) text += storedPinToJSONLine(key, value)
    if (text !== '') yield text
  }
}
