import { ClusterError, getInteger, getText } from '@ipfs-cluster/api'
import type { QueryParams } from '@ipfs-cluster/api'
import { MATCHES, pinTest } from '../../common/pinset/pin-filter.ts'
import type { Match } from '../../common/pinset/pin-filter.ts'
import type { PinTest } from '../../common/pinset/pin-filter.ts'
import type { QueryGroup } from '../../common/route.ts'
import { ORDERS, parseCursor } from './cursor.ts'
import type { Order, Place } from './cursor.ts'

/** Most pins on a page. */
export const MAX_LIMIT = 1000

/** Which pins of the pinset to list, and how many. */
export interface Selection {
  readonly order: Order
  /** Start behind this place. */
  readonly behind?: Place
  /** Pins of a page; absent: all. */
  readonly limit?: number
  /** Absent: any pin will do. */
  readonly passes?: PinTest
}

/** What the Go release has not; undefined when none of it is asked for. */
export const selection: QueryGroup<Selection | undefined> = {
  parameters: [
    {
      name: 'limit',
      type: 'integer',
      range: [1, MAX_LIMIT],
      doc: `Give a page of that many pins at most, 1 to ${MAX_LIMIT}; the header \`X-Next-Cursor\` leads to the next one`
    },
    { name: 'cursor', type: 'string', doc: 'Go on where a page ended: the value of its header `X-Next-Cursor`' },
    { name: 'name', type: 'string', doc: 'Only pins of that name' },
    {
      name: 'match',
      type: 'string',
      words: MATCHES,
      default: 'exact',
      doc: 'How `name` is compared: as it is or as a part, and in the same case or in any (`i`)'
    },
    { name: 'meta-<key>', type: 'string', doc: 'Only pins with that metadata entry' },
    {
      name: 'order',
      type: 'string',
      words: ORDERS,
      default: 'key',
      doc: 'By key, or by the time of creation, which needs a `limit`. A page costs no more than itself; with `name` or `meta-<key>` it is looked for in the whole pinset'
    }
  ],
  read: readSelection
}

function readSelection(query: QueryParams): Selection | undefined {
  const order = readWord(query, 'order', ORDERS)
  const limit = readLimit(query)
  const cursor = getText(query, 'cursor')
  const passes = readTest(query)
  if (order !== 'key' && limit === undefined) {
    throw new ClusterError('ERR_BAD_REQUEST', `order=${order} needs a limit`)
  }
  if (limit === undefined && cursor === '' && passes === undefined) return undefined
  return {
    order,
    ...(cursor !== '' && { behind: parseCursor(cursor, order) }),
    ...(limit !== undefined && { limit }),
    ...(passes !== undefined && { passes })
  }
}

function readLimit(query: QueryParams): number | undefined {
  const limit = getInteger(query, 'limit', 0)
  if (getText(query, 'limit') === '') return undefined
  if (limit < 1 || limit > MAX_LIMIT) {
    throw new ClusterError('ERR_BAD_REQUEST', `parameter limit must be 1 to ${MAX_LIMIT}`)
  }
  return limit
}

function readTest(query: QueryParams): PinTest | undefined {
  const name = getText(query, 'name')
  const match: Match = readWord(query, 'match', MATCHES)
  const metadata = new Map<string, string>()
  for (const each of query.keys()) {
    if (each.startsWith('meta-') && each !== 'meta-') metadata.set(each.slice('meta-'.length), getText(query, each))
  }
  if (name === '' && metadata.size === 0) return undefined
  return pinTest({ name, match, metadata, before: Infinity, after: -Infinity })
}

/** The first word is the default. */
function readWord<T extends string>(query: QueryParams, name: string, words: readonly T[]): T {
  const text = getText(query, name)
  const word = text === '' ? words[0] : words.find((each) => each === text)
  if (word === undefined) {
    throw new ClusterError('ERR_BAD_REQUEST', `parameter ${name} must be one of ${words.join(', ')}`)
  }
  return word
}
