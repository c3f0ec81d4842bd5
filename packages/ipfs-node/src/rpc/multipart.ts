import { posix } from 'node:path'
import { KuboError } from '../errors.ts'

const MAX_HEADERS = 16 << 10
const CRLF = Buffer.from('\r\n')
const CR = 0x0d

/** One part of a `multipart/form-data` body. Its content must be read, or left, before the next part is asked for. */
export interface Part {
  /** Header names in lower case. */
  headers: Map<string, string>
  content: AsyncIterable<Uint8Array>
}

/** What Kubo's clients say of a file in the headers of its part. */
export interface PartInfo {
  /** Path of the file without a slash in front, cleaned; empty when it was sent without a name. */
  path: string
  type: 'file' | 'directory' | 'symlink'
  mode?: number
  mtime?: { secs: bigint; nsecs?: number }
}

/** The boundary in a Content-Type header; undefined when it is not of a multipart form. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType ?? '')) return undefined
  const match = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType ?? '')
  const boundary = match?.[1] ?? match?.[2]
  if (boundary === undefined) throw new KuboError('no multipart boundary param in Content-Type', { rpcCode: 1 })
  return boundary
}

/** Reads the parts of a body as they arrive; nothing but the piece at hand is kept in memory. */
export async function* readParts(body: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<Part> {
  const reader = new PartReader(body[Symbol.asyncIterator](), boundary)
  await reader.skipContent()
  while (await reader.nextPart()) {
    const headers = await reader.headers()
    yield { headers, content: reader.content() }
    await reader.skipContent()
  }
  await reader.skipRest()
}

class PartReader {
  readonly #source: AsyncIterator<Uint8Array>
  readonly #delimiter: Buffer
  #buffer: Buffer = Buffer.alloc(0)
  #inContent = true
  #atStart = true

  constructor(source: AsyncIterator<Uint8Array>, boundary: string) {
    this.#source = source
    this.#delimiter = Buffer.from(`\r\n--${boundary}`)
  }

  /** After a delimiter: whether another part follows. */
  async nextPart(): Promise<boolean> {
    await this.#need(2)
    if (this.#buffer.toString('latin1', 0, 2) === '--') return false
    this.#take((await this.#find(CRLF)) + CRLF.length)
    return true
  }

  async headers(): Promise<Map<string, string>> {
    const headers = new Map<string, string>()
    for (;;) {
      const end = await this.#find(CRLF)
      const line = this.#take(end).toString()
      this.#take(CRLF.length)
      if (line === '') break
      const colon = line.indexOf(':')
      headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
    }
    this.#inContent = true
    this.#atStart = true
    return headers
  }

  /** The bytes up to the next delimiter. */
  async *content(): AsyncGenerator<Uint8Array> {
    if (this.#atStart) await this.#skipEmpty()
    while (this.#inContent) {
      const found = this.#buffer.indexOf(this.#delimiter)
      const piece = this.#take(found >= 0 ? found : this.#certain())
      if (found >= 0) {
        this.#take(this.#delimiter.length)
        this.#inContent = false
      }
      if (piece.length > 0) yield piece
      if (this.#inContent) await this.#more()
    }
  }

  async skipContent(): Promise<void> {
    const content = this.content()
    while ((await content.next()).done !== true);
  }

  /** Reads what may follow the last part, so that the connection can be used again. */
  async skipRest(): Promise<void> {
    while ((await this.#source.next()).done !== true);
  }

  /** Without content the delimiter may follow at once, with no end of line of its own before it. */
  async #skipEmpty(): Promise<void> {
    this.#atStart = false
    const dashes = this.#delimiter.subarray(CRLF.length)
    await this.#need(dashes.length)
    if (!this.#buffer.subarray(0, dashes.length).equals(dashes)) return
    this.#take(dashes.length)
    this.#inContent = false
  }

  /** How much of the buffer cannot be the start of a delimiter. */
  #certain(): number {
    const from = Math.max(0, this.#buffer.length - this.#delimiter.length + 1)
    const suspect = this.#buffer.indexOf(CR, from)
    return suspect < 0 ? this.#buffer.length : suspect
  }

  #take(bytes: number): Buffer {
    const taken = this.#buffer.subarray(0, bytes)
    this.#buffer = this.#buffer.subarray(bytes)
    return taken
  }

  async #find(what: Buffer): Promise<number> {
    for (;;) {
      const found = this.#buffer.indexOf(what)
      if (found >= 0) return found
      if (this.#buffer.length > MAX_HEADERS) throw new KuboError('multipart: message too large', { rpcCode: 1 })
      await this.#more()
    }
  }

  async #need(bytes: number): Promise<void> {
    while (this.#buffer.length < bytes) await this.#more()
  }

  async #more(): Promise<void> {
    const next = await this.#source.next()
    if (next.done === true) throw new KuboError('unexpected EOF')
    const { buffer, byteOffset, byteLength } = next.value
    const chunk = Buffer.from(buffer, byteOffset, byteLength)
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk])
  }
}

/** Reads the headers of a part as Kubo does. */
export function describePart(headers: Map<string, string>): PartInfo {
  const disposition = headers.get('content-disposition') ?? ''
  const contentType = (headers.get('content-type') ?? '').split(';', 1)[0]?.trim()
  const [, query = ''] = (parameter(disposition, 'name') ?? '').split('?', 2)
  const type =
    contentType === 'application/x-directory' || contentType === 'multipart/form-data'
      ? 'directory'
      : contentType === 'application/symlink'
        ? 'symlink'
        : 'file'
  return { path: cleanPath(parameter(disposition, 'filename') ?? ''), type, ...metadata(new URLSearchParams(query)) }
}

function metadata(params: URLSearchParams): Pick<PartInfo, 'mode' | 'mtime'> {
  const mode = Number.parseInt(params.get('mode') ?? '', 8)
  const secs = params.get('mtime') ?? ''
  const nsecs = Number.parseInt(params.get('mtime-nsecs') ?? '', 10)
  return {
    ...(Number.isNaN(mode) ? {} : { mode }),
    ...(/^-?\d+$/.test(secs) ? { mtime: { secs: BigInt(secs), ...(nsecs > 0 ? { nsecs } : {}) } } : {})
  }
}

function cleanPath(filename: string): string {
  let unescaped = filename
  try {
    unescaped = decodeURIComponent(filename.replaceAll('+', ' '))
  } catch {
    // Not escaped after all: the name is meant as it stands.
  }
  return posix.normalize(`/${unescaped}`).replace(/^\/+|\/+$/g, '')
}

function parameter(header: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]*))`, 'i').exec(header)
  return match?.[1]?.replace(/\\(.)/g, '$1') ?? match?.[2]
}
