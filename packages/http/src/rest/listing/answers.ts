import { lines } from '../../common/answer.ts'
import type { LinesAnswer } from '../../common/answer.ts'

/** Name of the header that leads from a page to the next one, and what it says. */
export const NEXT_CURSOR = 'X-Next-Cursor'
export const PAGE_HEADERS = {
  [NEXT_CURSOR]: 'With `limit`: what to give as `cursor` for the next page; absent on the last one'
}

/** A page as lines, with the way to the next one in a header: it is known before the first line, and browsers hide trailers. */
export function pageLines(source: AsyncIterable<string>, next: string | undefined): LinesAnswer {
  if (next === undefined) return lines(source)
  return { ...lines(source), headers: [NEXT_CURSOR, next, 'Access-Control-Expose-Headers', NEXT_CURSOR] }
}
