import { ClusterError } from '@ipfs-cluster/api'

/** A JSON object in a text that holds many. */
export interface JsonDocument {
  readonly text: string
  /** Line on which it begins, from 1. */
  readonly line: number
}

/** Longest object that is taken; a pin has a few hundred characters. Without a bound a file of `{` would fill memory. */
const MAX_DOCUMENT_SIZE = 16 * 1024 * 1024

/**
 * Splits a text into its JSON objects, which have any whitespace between them, or none. What is inside of an object is
 * not checked.
 *
 * @param pieces - the text, cut anywhere
 * @throws ClusterError `ERR_BAD_JSON`, naming the line, when something else stands between the objects or the last one
 *   does not end
 */
export async function* jsonDocuments(pieces: AsyncIterable<string>): AsyncGenerator<JsonDocument> {
  const splitter = new DocumentSplitter()
  for await (const piece of pieces) yield* splitter.push(piece)
  splitter.end()
}

class DocumentSplitter {
  /** The object that has begun. */
  #text = ''
  #depth = 0
  #inString = false
  #escaped = false
  #line = 1
  #startLine = 1

  /** @throws ClusterError when an object has begun that does not end */
  end(): void {
    if (this.#depth > 0) throw badJson(this.#startLine, 'the object that begins here does not end')
  }

  *push(piece: string): Generator<JsonDocument> {
    let start = 0
    for (let i = 0; i < piece.length; i++) {
      const char = piece[i]
      if (char === '\n') this.#line++
      if (this.#depth === 0) {
        if (!this.#begins(char)) continue
        start = i
      } else if (this.#ends(char)) {
        yield { text: this.#text + piece.slice(start, i + 1), line: this.#startLine }
        this.#text = ''
      }
    }
    if (this.#depth > 0) this.#keep(piece.slice(start))
  }

  #begins(char: string | undefined): boolean {
    if (char === ' ' || char === '\n' || char === '\r' || char === '\t') return false
    if (char !== '{') throw badJson(this.#line, `${JSON.stringify(char)} stands where an object should begin`)
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
    if (this.#text.length > MAX_DOCUMENT_SIZE) throw badJson(this.#startLine, 'the object that begins here is too long')
  }
}

function badJson(line: number, reason: string): ClusterError {
  return new ClusterError('ERR_BAD_JSON', `line ${line}: ${reason}`)
}
