import { parseJSON } from '@ipfs-cluster/api'
import type { JsonValue } from '@ipfs-cluster/api'
import { TransportError } from './errors.ts'

/** Longest document of a stream, in UTF-16 units. The status of one pin in a cluster of a thousand peers takes some 300 KB. */
const DEFAULT_MAX_LINE = 16 * 1024 * 1024

/**
 * The documents of newline-delimited JSON. What is held is one chunk, and the start of a line that it does not end.
 *
 * @throws TransportError `ERR_BAD_RESPONSE` for a line that is no JSON, or too long
 */
export async function* parseNdjson(
  body: AsyncIterable<Uint8Array>,
  maxLine: number = DEFAULT_MAX_LINE
): AsyncGenerator<JsonValue, void, void> {
  const decoder = new TextDecoder()
  let pending = ''
  for await (const chunk of body) {
    const text = pending + decoder.decode(chunk, { stream: true })
    let start = 0
    // What was pending has no line end, so the search may begin behind it.
    for (let end = text.indexOf('\n', pending.length); end >= 0; end = text.indexOf('\n', start)) {
      if (end - start > maxLine) throw tooLong(maxLine)
      if (end > start) yield parseDocument(text.slice(start, end))
      start = end + 1
    }
    pending = text.slice(start)
    if (pending.length > maxLine) throw tooLong(maxLine)
  }
  pending += decoder.decode()
  if (pending.trim() !== '') yield parseDocument(pending)
}

function parseDocument(line: string): JsonValue {
  try {
    return parseJSON(line)
  } catch (cause) {
    throw bad(describe(line), cause)
  }
}

/** Why a text is no JSON, in the words of the Go release for the two cases that occur: cut off, or something else. */
export function describe(text: string): string {
  const start = text.trimStart()
  if (start === '' || start.startsWith('{') || start.startsWith('[')) return 'unexpected end of JSON input'
  return `invalid character ${JSON.stringify(start.slice(0, 1))} looking for beginning of value`
}

function tooLong(maxLine: number): TransportError {
  return bad(`a line is longer than ${maxLine} characters`)
}

function bad(message: string, cause?: unknown): TransportError {
  return new TransportError('ERR_BAD_RESPONSE', message, { cause, answered: true })
}
