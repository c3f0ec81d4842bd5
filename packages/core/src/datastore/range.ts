import type { KeyRange } from './interface.ts'

/** A range in the words of abstract-level. */
export interface LevelRange {
  gt?: string
  gte?: string
  lt?: string
  reverse?: boolean
  limit?: number
}

/** Turns the prefix into bounds. */
export function toLevelRange(range: KeyRange): LevelRange {
  const { prefix = '', gt, gte, lt, reverse, limit } = range
  const level: LevelRange = {}
  if (gt !== undefined) level.gt = gt
  else if (gte !== undefined || prefix !== '') level.gte = gte ?? prefix
  if (lt !== undefined || prefix !== '') level.lt = lt ?? endOfPrefix(prefix)
  if (reverse !== undefined) level.reverse = reverse
  if (limit !== undefined) level.limit = limit
  return level
}

/** The first key behind all that start with the prefix. */
export function endOfPrefix(prefix: string): string {
  const last = prefix.charCodeAt(prefix.length - 1)
  return prefix.slice(0, -1) + String.fromCharCode(last + 1)
}
