import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** An answer byte for byte, taken apart no further than HTTP says. */
export interface RawAnswer {
  /** 0: the connection was closed without an answer. */
  status: number
  /** In the order in which they came. */
  headers: [string, string][]
  framing: 'content-length' | 'chunked' | 'none'
  body: string
  /** Null when the body was not chunked. */
  trailers: [string, string][] | null
}

export interface Target {
  host: string
  port: number
  tls?: boolean
}

export interface RawRequest {
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** The exact bytes, in place of all of the above. */
  raw?: string | Uint8Array
}

/** Host and port of a listen multiaddress. */
export function targetOf(address: string): Target {
  const [, , host = '', , port = ''] = address.split('/')
  return { host, port: Number(port) }
}

/** Sends one request over a connection of its own, and reads until the peer closes it. */
export async function send(target: Target, request: RawRequest): Promise<RawAnswer> {
  const socket = open(target)
  const chunks: Buffer[] = []
  socket.write(request.raw ?? encode(target, request))
  await new Promise<void>((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('end', resolve)
    socket.on('close', () => resolve())
    socket.on('error', (err) => (chunks.length > 0 ? resolve() : reject(err)))
    socket.setTimeout(20_000, () => reject(new Error('no answer within 20 s')))
  }).finally(() => socket.destroy())
  return parse(Buffer.concat(chunks))
}

export function open({ host, port, tls }: Target): Socket {
  return tls === true
    ? connectTls({ host, port, rejectUnauthorized: false })
    : connect({ host, port, allowHalfOpen: true })
}

function encode({ host, port }: Target, { method = 'GET', path = '/', headers = {}, body = '' }: RawRequest): Buffer {
  const content = Buffer.from(body)
  const lines = [`${method} ${path} HTTP/1.1`]
  const all: Record<string, string> = { Host: `${host}:${port}`, Connection: 'close', ...headers }
  if (content.length > 0 && all['Transfer-Encoding'] === undefined) all['Content-Length'] ??= String(content.length)
  for (const [name, value] of Object.entries(all)) lines.push(`${name}: ${value}`)
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), content])
}

export function parse(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return { status: 0, headers: [], framing: 'none', body: '', trailers: null }
  const [statusLine = '', ...lines] = bytes.toString('utf8', 0, end).split('\r\n')
  const headers = lines.map(readHeader)
  const status = Number(statusLine.split(' ')[1])
  const rest = bytes.subarray(end + 4)
  const value = (name: string): string | undefined => headers.find(([key]) => key.toLowerCase() === name)?.[1]
  if (value('transfer-encoding') === 'chunked') {
    const { body, trailers } = unchunk(rest)
    return { status, headers, framing: 'chunked', body, trailers }
  }
  const framing = value('content-length') === undefined ? 'none' : 'content-length'
  return { status, headers, framing, body: rest.toString(), trailers: null }
}

function unchunk(bytes: Buffer): { body: string; trailers: [string, string][] } {
  const chunks: Buffer[] = []
  let at = 0
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) throw new Error('the chunked answer was cut off')
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    at = lineEnd + 2
    if (size === 0) break
    chunks.push(bytes.subarray(at, at + size))
    at += size + 2
  }
  const text = bytes.toString('utf8', at)
  const trailers = text
    .split('\r\n')
    .filter((line) => line !== '')
    .map(readHeader)
  return { body: Buffer.concat(chunks).toString(), trailers }
}

function readHeader(line: string): [string, string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon), line.slice(colon + 1).trim()]
}
