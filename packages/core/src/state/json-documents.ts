import { ClusterError } from '@ipfs-cluster/api'
import { messageOf } from '../util/errors.ts'

/** A JSON object in a text that holds many. */
export interface JsonDocument<T> {
  readonly value: T
  /** Line on which it begins, from 1. */
  readonly line: number
}

/** Longest object that is taken; a pin has a few hundred characters. Without a bound a file of `{` would fill memory. */
const MAX_DOCUMENT_SIZE = 16 * 1024 * 1024

/** Longest line that is looked at as a whole. */
const MAX_LINE_SIZE = 64 * 1024

/**
 * Reads the JSON objects of a text, which have any whitespace between them, or none.
 *
 * @param pieces - the text, cut anywhere
 * @param parse - reads one object; throws for any other text
 * @returns the objects, those of a piece together
 * @throws ClusterError `ERR_BAD_EXPORT_FILE`, naming the line, when something else stands between the objects or one of them is
 *   not right
 */
export async function* jsonDocuments<T>(
  pieces: AsyncIterable<string>,
  parse: (text: string) => T
): AsyncGenerator<readonly JsonDocument<T>[]> {
  const reader = new DocumentReader(parse)
  for await (const piece of pieces) {
    const documents = reader.push(piece)
    if (documents.length > 0) yield documents
  }
  yield reader.end()
}

class DocumentReader<T> {
  readonly #parse: (text: string) => T
  /** The beginning of a line whose end has not come yet. */
  #cut = ''
  /** The object that has begun. */
  #text = ''
  #depth = 0
  #inString = false
  #escaped = false
  #line = 1
  #startLine = 1

  constructor(parse: (text: string) => T) {
    this.#parse = parse
  }

  /**
   * The text has ended.
   *
   * @throws ClusterError when an object has begun that does not end
   */
  end(): JsonDocument<T>[] {
    const found: JsonDocument<T>[] = []
    const rest = this.#cut
    for (let position = 0; position < rest.length;) position = this.#scan(rest, position, found)
    if (this.#depth > 0) throw badFile(this.#startLine, 'the object that begins here does not end')
    return found
  }

  push(next: string): JsonDocument<T>[] {
    const piece = this.#cut + next
    this.#cut = ''
    const found: JsonDocument<T>[] = []
    let position = 0
    while (position < piece.length) {
      if (this.#isCut(piece, position)) {
        this.#cut = piece.slice(position)
        break
      }
      const document = this.#wholeLine(piece, position)
      if (document === undefined) position = this.#scan(piece, position, found)
      else {
        found.push(document)
        position = piece.indexOf('\n', position) + 1
        this.#line++
      }
    }
    return found
  }

  /** Whether the piece ends within a line that begins with an object: it is put together with the next piece. */
  #isCut(piece: string, start: number): boolean {
    const isShort = piece.length - start < MAX_LINE_SIZE
    return isShort && this.#depth === 0 && piece[start] === '{' && piece.indexOf('\n', start) === -1
  }

  /** An object that has a line of its own, as in every file that was exported: found without a look at each character. */
  #wholeLine(piece: string, start: number): JsonDocument<T> | undefined {
    if (this.#depth > 0 || piece[start] !== '{') return undefined
    const end = piece.indexOf('\n', start)
    if (end === -1) return undefined
    try {
      return { value: this.#parse(piece.slice(start, end)), line: this.#line }
    } catch {
      return undefined
    }
  }

  /** Goes on to the end of an object, or of the piece. */
  #scan(piece: string, from: number, found: JsonDocument<T>[]): number {
    let start = from
    for (let i = from; i < piece.length; i++) {
      const char = piece[i]
      if (char === '\n') this.#line++
      if (this.#depth === 0) {
        if (!this.#begins(char)) continue
        start = i
      } else if (this.#ends(char)) {
        found.push(this.#document(this.#text + piece.slice(start, i + 1)))
        this.#text = ''
        return i + 1
      }
    }
    if (this.#depth > 0) this.#keep(piece.slice(start))
    return piece.length
  }

  #document(text: string): JsonDocument<T> {
    try {
      return { value: this.#parse(text), line: this.#startLine }
    } catch (cause) {
      throw badFile(this.#startLine, messageOf(cause), cause)
    }
  }

  #begins(char: string | undefined): boolean {
    if (char === ' ' || char === '\n' || char === '\r' || char === '\t') return false
    if (char !== '{') throw badFile(this.#line, `${JSON.stringify(char)} stands where an object should begin`)
    this.#depth = 1
    this.#startLine = this.#line
    return true
  }

  /** Whether the object ends with this character. */
  #ends(char: string | undefined): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false
      else if (char === '\\') this.#escaped = true
      else if (char === '"') this.#inString = false
      return false
    }
    if (char === '"') this.#inString = true
    else if (char === '{' || char === '[') this.#depth++
    else if (char === '}' || char === ']') this.#depth--
    return this.#depth === 0
  }

  #keep(text: string): void {
    this.#text += text
    if (this.#text.length > MAX_DOCUMENT_SIZE) throw badFile(this.#startLine, 'the object that begins here is too long')
  }
}

function badFile(line: number, reason: string, cause?: unknown): ClusterError {
  return new ClusterError('ERR_BAD_EXPORT_FILE', `line ${line}: ${reason}`, { cause })
}
