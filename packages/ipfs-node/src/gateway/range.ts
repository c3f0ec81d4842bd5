/** A part of a file, both ends included. */
export interface ByteRange {
  first: number
  last: number
}

/**
 * Reads a Range header for a file of `size` bytes.
 *
 * @returns undefined for the whole file: no range, one in a unit or form that is not known, or several at once
 * @throws RangeError when no byte of the file is in the range
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '')
  if (match === null) return undefined
  const [, from = '', to = ''] = match
  if (from === '' && to === '') return undefined
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (from !== '' && to !== '' && Number(to) < first) return undefined
  if (first > last) throw new RangeError('requested range not satisfiable')
  return { first, last }
}
