import { encodeQuery } from '@ipfs-cluster/api'
import type { AbortOptions } from './abort-options.ts'

/** Which pins to list. */
export interface PinSelection {
  readonly name?: string
  /** How the name is compared: as it is or as a part, in the same case or in any. Default `exact`. */
  readonly match?: 'exact' | 'iexact' | 'partial' | 'ipartial'
  /** Entries that the pins must have. */
  readonly metadata?: Readonly<Record<string, string>>
  /** By key, which costs no more than the page; or by time, which goes through the whole pinset. Default `key`. */
  readonly order?: 'key' | 'newest' | 'oldest'
}

/** Which page to give. */
export interface PageOptions extends AbortOptions, PinSelection {
  /** Most items, 1 to 1000. Default 100. */
  readonly limit?: number
  /** `next` of the page before. */
  readonly cursor?: string
}

/** A page of a listing. */
export interface Page<T> {
  readonly items: readonly T[]
  /** The cursor of the next page; absent on the last one. */
  readonly next?: string
}

const DEFAULT_LIMIT = 100

/** @param more - parameters besides those of the page */
export function pageQuery(options: PageOptions, more: Readonly<Record<string, string>>): string {
  const { name, match, metadata = {}, order, limit = DEFAULT_LIMIT, cursor } = options
  const params = new Map<string, string>([...Object.entries(more), ['limit', String(limit)]])
  for (const [key, value] of Object.entries({ name, match, order, cursor }))
    if (value !== undefined) params.set(key, value)
  for (const [key, value] of Object.entries(metadata)) params.set(`meta-${key}`, value)
  return encodeQuery(params)
}
