import { TransportError } from '../../errors.ts'

/** Gives the next bytes, or undefined at the end. */
export interface ByteSource {
  next(): Promise<Uint8Array | undefined>
}

/** Status line and headers of an answer; names in lower case, one entry a line. */
export interface ResponseHead {
  readonly status: number
  readonly headers: ReadonlyMap<string, readonly string[]>
}

/** Longest line of a head, a chunk size or a trailer. Error texts travel in trailers, so it is generous. */
const MAX_LINE = 64 * 1024
const MAX_HEADER_LINES = 256
const LF = 0x0a
const decoder = new TextDecoder()

/**
 * Reads one HTTP/1.1 answer from a connection that serves no other (RFC 9112). Nothing is buffered but the chunk that
 * is being read, and a line that spans chunks.
 */
export class ResponseReader {
  readonly #source: ByteSource
  #chunk: Uint8Array = new Uint8Array(0)
  #trailers: ReadonlyMap<string, readonly string[]> = new Map()

  constructor(source: ByteSource) {
    this.#source = source
  }

  /** The head of the answer; interim ones (100 Continue, 103 Early Hints) are passed over. */
  async head(): Promise<ResponseHead> {
    for (;;) {
      const status = await this.#statusLine()
      const headers = await this.#fields()
      if (status >= 200) return { status, headers }
    }
  }

  /** The content, as its framing says. Throws when the connection ends before the content does. */
  async *body(head: ResponseHead): AsyncGenerator<Uint8Array, void, void> {
    if (head.status === 204 || head.status === 304) return
    if (head.headers.get('transfer-encoding')?.at(-1)?.trim().toLowerCase().endsWith('chunked') === true) {
      yield* this.#chunked()
      return
    }
    const length = head.headers.get('content-length')?.[0]
    if (length === undefined) yield* this.#untilClose()
    else yield* this.#exactly(parseLength(length, /^\d{1,15}$/, 10))
  }

  /** The lines of a trailer; empty before the content has been read. */
  trailer(name: string): string[] {
    return [...(this.#trailers.get(name) ?? [])]
  }

  async #statusLine(): Promise<number> {
    const line = await this.#line()
    const match = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(line)
    if (match === null) {
      const shown = JSON.stringify(line.length > 200 ? `${line.slice(0, 200)}...` : line)
      throw badResponse(`net/http: HTTP/1.x transport connection broken: malformed HTTP response ${shown}`)
    }
    return Number(match[1])
  }

  async #fields(): Promise<Map<string, string[]>> {
    const fields = new Map<string, string[]>()
    for (let count = 0; count < MAX_HEADER_LINES; count++) {
      const line = await this.#line()
      if (line === '') return fields
      const colon = line.indexOf(':')
      if (colon < 1) throw badResponse(`net/http: malformed header line ${JSON.stringify(line)}`)
      const name = line.slice(0, colon).toLowerCase()
      const value = line.slice(colon + 1).trim()
      const lines = fields.get(name)
      if (lines === undefined) fields.set(name, [value])
      else lines.push(value)
    }
    throw badResponse('net/http: too many header lines')
  }

  async *#chunked(): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      const [size = ''] = (await this.#line()).split(';')
      const length = parseLength(size.trim(), /^[0-9a-fA-F]{1,12}$/, 16)
      if (length === 0) break
      yield* this.#exactly(length)
      if ((await this.#line()) !== '') throw badResponse('malformed chunked encoding')
    }
    this.#trailers = await this.#fields()
  }

  async *#exactly(length: number): AsyncGenerator<Uint8Array, void, void> {
    for (let left = length; left > 0;) {
      if (this.#chunk.length === 0) await this.#pull()
      const part = this.#chunk.subarray(0, left)
      this.#chunk = this.#chunk.subarray(part.length)
      left -= part.length
      yield part
    }
  }

  async *#untilClose(): AsyncGenerator<Uint8Array, void, void> {
    for (let part: Uint8Array | undefined = this.#chunk; part !== undefined; part = await this.#source.next()) {
      if (part.length > 0) yield part
    }
  }

  /** One line without its end. */
  async #line(): Promise<string> {
    const parts: Uint8Array[] = []
    let length = 0
    for (;;) {
      if (this.#chunk.length === 0) await this.#pull()
      const end = this.#chunk.indexOf(LF)
      const part = end < 0 ? this.#chunk : this.#chunk.subarray(0, end)
      length += part.length
      if (length > MAX_LINE) throw badResponse('net/http: line too long')
      parts.push(part)
      this.#chunk = end < 0 ? new Uint8Array(0) : this.#chunk.subarray(end + 1)
      if (end >= 0) return decodeLine(parts, length)
    }
  }

  async #pull(): Promise<void> {
    const chunk = await this.#source.next()
    if (chunk === undefined) throw badResponse('unexpected EOF')
    this.#chunk = chunk
  }
}

function decodeLine(parts: readonly Uint8Array[], length: number): string {
  const bytes = parts.length === 1 ? (parts[0] ?? new Uint8Array(0)) : concat(parts, length)
  const text = decoder.decode(bytes)
  return text.endsWith('\r') ? text.slice(0, -1) : text
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    all.set(part, offset)
    offset += part.length
  }
  return all
}

function parseLength(text: string, form: RegExp, radix: number): number {
  if (!form.test(text)) throw badResponse(`net/http: bad length ${JSON.stringify(text)}`)
  return Number.parseInt(text, radix)
}

function badResponse(reason: string): TransportError {
  return new TransportError('ERR_BAD_RESPONSE', reason)
}
