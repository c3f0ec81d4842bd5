/** A key of an object in a JSON document. */
export interface JsonKey {
  /** Keys from the top of the document, this one last; `[]` stands for each array in between. */
  readonly path: readonly string[]
  /** From 1. */
  readonly line: number
  /** Whether the same object has it before: the later one counts. */
  readonly isRepeated: boolean
}

const ARRAY = '[]'

/** String, bracket or separator; numbers and words in between do not matter. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g

/** An object or array that has begun. */
interface Frame {
  /** Keys so far. */
  readonly seen: Set<string>
  /** The last one; that of an array is always the same. */
  key: string
}

/** Every key of a document, which must be valid, in its order. */
export function* keysOf(json: string): Generator<JsonKey> {
  const frames: Frame[] = []
  const lines = new LineCounter(json)
  let text = ''
  for (const token of json.matchAll(TOKEN)) {
    const frame = frames.at(-1)
    if (token[0] === '{' || token[0] === '[') frames.push({ seen: new Set(), key: ARRAY })
    else if (token[0] === '}' || token[0] === ']') frames.pop()
    else if (token[0] !== ':') {
      text = token[0]
      lines.goTo(token.index)
    } else if (frame !== undefined) {
      frame.key = JSON.parse(text) as string
      yield { path: frames.map(({ key }) => key), line: lines.line, isRepeated: frame.seen.has(frame.key) }
      frame.seen.add(frame.key)
    }
  }
}

/**
 * The line of a value in a JSON document, counted from 1: the line of its last key that exists. The document must be
 * valid; a path that leads nowhere ends where it leaves the document.
 */
export function lineOf(json: string, path: readonly string[]): number {
  let found = { length: 0, line: 1 }
  for (const key of keysOf(json)) {
    const { length } = key.path
    if (length < found.length || length > path.length) continue
    if (key.path.every((part, i) => part.toLowerCase() === path[i]?.toLowerCase())) found = { length, line: key.line }
  }
  return found.line
}

class LineCounter {
  readonly #text: string
  #position = 0
  line = 1

  constructor(text: string) {
    this.#text = text
  }

  goTo(position: number): void {
    for (
      let i = this.#text.indexOf('\n', this.#position);
      i !== -1 && i < position;
      i = this.#text.indexOf('\n', i + 1)
    ) {
      this.line++
    }
    this.#position = position
  }
}
