import { ClusterError } from '@ipfs-cluster/api'

/** One part of a multipart body. */
export interface Part {
  /** Header fields by their names in lower case; values byte for byte, as `latin1` text. */
  readonly headers: ReadonlyMap<string, string>
  /** The bytes of the part, to be read before the next part is asked for; what is left is skipped. */
  readonly body: AsyncIterable<Uint8Array>
}

/** Header block of one part in bytes; those of real clients have some hundred. */
const MAX_HEADER_BYTES = 16 * 1024

const CRLF = Buffer.from('\r\n')
const BLANK_LINE = Buffer.from('\r\n\r\n')
const CR = 0x0d
const DASH = 0x2d

/**
 * Takes a multipart body apart while it arrives. Nothing is buffered but what may be the beginning of a boundary, and
 * nothing is read before it is asked for.
 *
 * A body that ends before its closing boundary is refused, also in the middle of a part: the Go release takes such a
 * half of a file for the whole.
 *
 * @throws ClusterError `ERR_BAD_REQUEST`
 */
export async function* parseMultipart(
  source: AsyncIterable<Uint8Array>,
  boundary: string
): AsyncGenerator<Part, void, undefined> {
  const scanner = new Scanner(source, boundary)
  try {
    await scanner.skip()
    while (await scanner.hasPart()) {
      yield { headers: await scanner.headers(), body: scanner.body() }
      await scanner.skip()
    }
  } finally {
    await scanner.close()
  }
}

/** Reads bytes up to a boundary, again and again. */
class Scanner {
  readonly #source: AsyncIterator<Uint8Array>
  readonly #delimiter: Buffer
  /** What has been read and not been handed on. The body is treated as if a line had ended before it. */
  #buffer: Buffer = CRLF
  /** Whether all up to the boundary has been read. */
  #isAtBoundary = false

  constructor(source: AsyncIterable<Uint8Array>, boundary: string) {
    this.#source = source[Symbol.asyncIterator]()
    this.#delimiter = Buffer.from(`\r\n--${boundary}`)
  }

  async close(): Promise<void> {
    await this.#source.return?.()
  }

  /** Skips what is left of the part, or what stands before the first. */
  async skip(): Promise<void> {
    while ((await this.#next()) !== undefined);
  }

  async *body(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const chunk = await this.#next()
      if (chunk === undefined) return
      if (chunk.length > 0) yield chunk
    }
  }

  /** Behind a boundary: whether another part follows, rather than the end. */
  async hasPart(): Promise<boolean> {
    while (this.#buffer.length < 2) await this.#fill()
    if (this.#buffer[0] === DASH && this.#buffer[1] === DASH) return false
    while (!this.#buffer.includes(CRLF)) {
      if (this.#buffer.length > MAX_HEADER_BYTES) throw malformed('a line behind a boundary does not end')
      await this.#fill()
    }
    const end = this.#buffer.indexOf(CRLF)
    if (this.#buffer.toString('latin1', 0, end).trim() !== '') throw malformed('text stands behind a boundary')
    // The line end stays: a part without headers has the blank line at once.
    this.#buffer = this.#buffer.subarray(end)
    return true
  }

  async headers(): Promise<ReadonlyMap<string, string>> {
    let end = this.#buffer.indexOf(BLANK_LINE)
    while (end < 0) {
      if (this.#buffer.length > MAX_HEADER_BYTES) throw malformed('the headers of a part are too long')
      await this.#fill()
      end = this.#buffer.indexOf(BLANK_LINE)
    }
    const text = this.#buffer.toString('latin1', 0, end)
    this.#buffer = this.#buffer.subarray(end + BLANK_LINE.length)
    await this.#closeEmptyPart()
    return readHeaders(text)
  }

  /** Some clients leave out the line end before the boundary when a part has no content. */
  async #closeEmptyPart(): Promise<void> {
    this.#isAtBoundary = false
    const marker = this.#delimiter.subarray(CRLF.length)
    while (this.#buffer.length < marker.length && marker.subarray(0, this.#buffer.length).equals(this.#buffer))
      await this.#fill()
    if (!this.#buffer.subarray(0, marker.length).equals(marker)) return
    this.#buffer = this.#buffer.subarray(marker.length)
    this.#isAtBoundary = true
  }

  /** The next bytes before the boundary; undefined when it is reached. */
  async #next(): Promise<Buffer | undefined> {
    if (this.#isAtBoundary) return undefined
    for (;;) {
      const at = this.#buffer.indexOf(this.#delimiter)
      if (at >= 0) return this.#takeLast(at)
      const safe = this.#safeLength()
      if (safe > 0) return this.#take(safe)
      await this.#fill()
    }
  }

  #take(length: number): Buffer {
    const chunk = this.#buffer.subarray(0, length)
    this.#buffer = this.#buffer.subarray(length)
    return chunk
  }

  #takeLast(length: number): Buffer {
    const chunk = this.#take(length)
    this.#buffer = this.#buffer.subarray(this.#delimiter.length)
    this.#isAtBoundary = true
    return chunk
  }

  /** How much of the buffer cannot belong to a boundary that goes on in the next chunk. */
  #safeLength(): number {
    const { length } = this.#buffer
    let from = Math.max(0, length - this.#delimiter.length + 1)
    for (;;) {
      const cr = this.#buffer.indexOf(CR, from)
      if (cr < 0) return length
      if (this.#delimiter.subarray(0, length - cr).equals(this.#buffer.subarray(cr))) return cr
      from = cr + 1
    }
  }

  async #fill(): Promise<void> {
    const next: IteratorResult<Uint8Array, unknown> = await this.#source.next()
    if (next.done === true) throw malformed('NextPart: EOF')
    const chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength)
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk])
  }
}

function readHeaders(block: string): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  // A line that begins with a blank goes on with the one before.
  for (const line of block.replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
  return headers
}

/** The Go release puts the same word in front of what its parser complains about. */
function malformed(reason: string): ClusterError {
  return new ClusterError('ERR_BAD_REQUEST', `multipart: ${reason}`)
}
