/** A line of a body. */
export interface TextLine {
  /** From 1. */
  readonly number: number
  /** Absent when the line is too long. */
  readonly text?: string
}

const LINE_FEED = 0x0a

/**
 * The lines of a text that are not blank. What is held is one chunk and one line; a line that is longer than it may be
 * is told of, and passed over. A source that fails gives no half line.
 *
 * @param maxLength - bytes that a line may have
 */
export async function* textLines(
  body: AsyncIterable<Uint8Array>,
  maxLength: number
): AsyncGenerator<TextLine, void, undefined> {
  let number = 1
  let parts: Uint8Array[] = []
  let length = 0
  const take = (): TextLine | undefined => {
    const isTooLong = length > maxLength
    const text = isTooLong ? '' : Buffer.concat(parts).toString()
    const line = isTooLong ? { number } : text.trim() === '' ? undefined : { number, text }
    number++
    parts = []
    length = 0
    return line
  }
  const keep = (part: Uint8Array): void => {
    length += part.length
    if (length <= maxLength) parts.push(part)
    else parts = []
  }
  for await (const chunk of body) {
    let start = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      keep(chunk.subarray(start, end))
      const line = take()
      if (line !== undefined) yield line
      start = end + 1
    }
    keep(chunk.subarray(start))
  }
  const last = take()
  if (last !== undefined) yield last
}
