import { ClusterError } from '@ipfs-cluster/api'
import { storedPinToJSONLine } from '@ipfs-cluster/core/codec'
import type { StoredPin } from '@ipfs-cluster/core/state'
import { messageOf } from '@ipfs-cluster/core/util'

/** Damaged pins that are told of; the others are counted. */
const MAX_TOLD = 10

/** Characters after which a text is given away: longer ones V8 keeps apart, and collects late. */
const TEXT_LENGTH = 32 * 1024

/**
 * Pins as they are stored, as lines of JSON, many to a text. One damaged pin does not hide the others: what is wrong
 * is thrown at the end.
 *
 * @throws AggregateError
 */
export function storedPinLines(
  batches: AsyncIterable<readonly StoredPin[]> | Iterable<readonly StoredPin[]>
): AsyncGenerator<string, void, undefined> {
  return linesOf(batches, ({ key, value }) => storedPinToJSONLine(key, value))
}

/** The same for anything that is made of stored pins. */
export async function* linesOf<T extends { readonly key: string }>(
  batches: AsyncIterable<readonly T[]> | Iterable<readonly T[]>,
  toLine: (item: T) => string
): AsyncGenerator<string, void, undefined> {
  const damage: ClusterError[] = []
  let damaged = 0
  for await (const batch of batches) {
    let text = ''
    for (const item of batch) {
      try {
        text += toLine(item)
      } catch (cause) {
        damaged++
        if (damage.length < MAX_TOLD) damage.push(unreadable(item.key, cause))
      }
      if (text.length < TEXT_LENGTH) continue
      yield text
      text = ''
    }
    if (text !== '') yield text
  }
  if (damaged > 0) throw new AggregateError(damage, `${damaged} pins cannot be read`)
}

function unreadable(key: string, cause: unknown): ClusterError {
  return new ClusterError('ERR_BAD_ENCODING', `the pin under ${key} cannot be read: ${messageOf(cause)}`, { cause })
}
