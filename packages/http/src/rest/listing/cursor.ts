import { ClusterError } from '@ipfs-cluster/api'
import type { CreationPlace } from '@ipfs-cluster/core/state'

/** In what order pins are listed. */
export type Order = 'key' | 'newest' | 'oldest'
export const ORDERS: readonly Order[] = ['key', 'newest', 'oldest']

/** The place behind a pin in a listing. It holds whatever is pinned and unpinned in between, that pin included. */
export interface Place extends CreationPlace {
  readonly order: Order
}

/** As long as fits in the header block of the request that brings it back. */
const MAX_KEY = 4096
const CURSOR = /^(key|newest|oldest):(-?\d{1,16}):([A-Z2-7]{1,4096})$/

/** Behind all keys that begin as a key does that is too long: no character of a key is greater. */
const LAST = 'Z'

/** The text that stands for a place. Clients must not look into it. */
export function formatCursor({ order, created, key }: Place): string {
  return Buffer.from(`${order}:${created}:${shortened(key, order)}`).toString('base64url')
}

/** @throws ClusterError `ERR_BAD_REQUEST` for a text that is no cursor, or one of another order */
export function parseCursor(text: string, order: Order): Place {
  const [, word, created = '', key = ''] = CURSOR.exec(Buffer.from(text, 'base64url').toString()) ?? []
  if (word === undefined) throw new ClusterError('ERR_BAD_REQUEST', 'parameter cursor invalid')
  if (word !== order) throw new ClusterError('ERR_BAD_REQUEST', `parameter cursor is of a listing with order=${word}`)
  return { order, created: Number(created), key }
}

/** Only a CID that holds content itself can be that long. Such pins that begin alike are not told apart. */
function shortened(key: string, order: Order): string {
  if (key.length <= MAX_KEY) return key
  return order === 'newest' ? key.slice(0, MAX_KEY) : key.slice(0, MAX_KEY - 1) + LAST
}
