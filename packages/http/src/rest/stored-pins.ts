import { ClusterError } from '@ipfs-cluster/api'
import { LineBuffer, putStoredPin } from '@ipfs-cluster/core/codec'
import type { StoredPin } from '@ipfs-cluster/core/state'
import { messageOf } from '@ipfs-cluster/core/util'

/** Damaged pins that are told of; the others are counted. */
const MAX_TOLD = 10

/** Bytes after which a text is given away: longer ones V8 keeps apart, and collects late. */
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
  return linesOf(batches, (line, { key, value }) => putStoredPin(line, key, value))
}

/** Empty whenever something is waited for, so that all lists share it. */
const buffer = new LineBuffer()

/**
 * The same for anything that is made of stored pins.
 *
 * @param put - writes a line
 */
export async function* linesOf<T extends { readonly key: string }>(
  batches: AsyncIterable<readonly T[]> | Iterable<readonly T[]>,
  put: (line: LineBuffer, item: T) => void
): AsyncGenerator<string, void, undefined> {
  const damage: ClusterError[] = []
  let damaged = 0
  for await (const batch of batches) {
    for (const item of batch) {
      const start = buffer.length
      try {
        put(buffer, item)
      } catch (cause) {
        buffer.truncate(start)
        damaged++
        if (damage.length < MAX_TOLD) damage.push(unreadable(item.key, cause))
      }
      if (buffer.length >= TEXT_LENGTH) yield buffer.take()
    }
    if (buffer.length > 0) yield buffer.take()
  }
  if (damaged > 0) throw new AggregateError(damage, `${damaged} pins cannot be read`)
}

function unreadable(key: string, cause: unknown): ClusterError {
  return new ClusterError('ERR_BAD_ENCODING', `the pin under ${key} cannot be read: ${messageOf(cause)}`, { cause })
}
