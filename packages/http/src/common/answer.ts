/** Names and values in turn, in the form that node:http writes without another look. */
export type HeaderList = readonly string[]

/** What an answer of any kind may say about its head. */
export interface AnswerHead {
  readonly status: number
  /** Headers of this answer alone. */
  readonly headers?: HeaderList
  /** Neither configured headers nor a content type are added. */
  readonly bare?: boolean
  /** Headers of CORS are left out: the request was refused before it got that far. */
  readonly withoutCors?: boolean
  /** A configured content type is replaced rather than joined by ours. */
  readonly ownContentType?: boolean
  /** What the body is; absent: JSON. */
  readonly contentType?: string
}

/** An answer that is known as a whole. */
export interface DocumentAnswer extends AnswerHead {
  readonly kind: 'document'
  readonly body: string
}

/** An answer without a body. */
export interface EmptyAnswer extends AnswerHead {
  readonly kind: 'empty'
}

/** An answer that is written while it is made: lines of JSON, several to a chunk where they come fast. */
export interface LinesAnswer extends AnswerHead {
  readonly kind: 'lines'
  readonly lines: AsyncIterable<string>
  /**
   * The status is sent before anything is known of the lines, and the trailer on failure only (adding); otherwise
   * nothing is sent before the first line, and the trailer comes always.
   */
  readonly eager?: boolean
  /**
   * A failure breaks the connection off once something has been sent: what is saved as a file, or has no end, must not
   * look complete.
   */
  readonly breakOff?: boolean
}

export type Answer = DocumentAnswer | EmptyAnswer | LinesAnswer

/** One JSON document; `text` has no newline at its end yet. */
export function document(text: string, status: number = 200): DocumentAnswer {
  return { kind: 'document', status, body: `${text}\n` }
}

/** One JSON document with its newline. */
export function line(text: string): DocumentAnswer {
  return { kind: 'document', status: 200, body: text }
}

export function empty(status: number = 204): EmptyAnswer {
  return { kind: 'empty', status }
}

export function lines(source: AsyncIterable<string>): LinesAnswer {
  return { kind: 'lines', status: 200, lines: source }
}
