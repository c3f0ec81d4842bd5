import type { IncomingMessage } from 'node:http'

/** Names and values in turn. */
export type RawHeaders = string[]

/** Headers that speak of one connection, not of the message (RFC 9110, 7.6.1). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade'
])

/** Headers of a request as the node gets them: with the address of the client, and without what was meant for us. */
export function forwardedHeaders({ rawHeaders, socket }: IncomingMessage): RawHeaders {
  const dropped = connectionNames(rawHeaders)
  const path: string[] = []
  const headers: RawHeaders = []
  for (const [name, value] of pairs(rawHeaders)) {
    const lower = name.toLowerCase()
    if (lower === 'x-forwarded-for') path.push(value)
    // The client has been told to go on already. Trailers of a request are not passed on.
    else if (lower !== 'expect' && lower !== 'trailer' && !dropped.has(lower)) headers.push(name, value)
  }
  if (socket.remoteAddress !== undefined) path.push(socket.remoteAddress)
  if (path.length > 0) headers.push('X-Forwarded-For', path.join(', '))
  return headers
}

/**
 * Headers of an answer of the node as the client gets them.
 *
 * @param isChunked - whether the client gets the body in chunks; else there can be no trailers
 */
export function relayedHeaders(raw: RawHeaders, isChunked: boolean): RawHeaders {
  const dropped = connectionNames(raw)
  return pairs(raw)
    .filter(([name]) => !dropped.has(name.toLowerCase()) && (isChunked || name.toLowerCase() !== 'trailer'))
    .flat()
}

/** Whether one of the headers has that name, given in lower case. */
export function hasHeader(raw: RawHeaders, name: string): boolean {
  return raw.some((text, i) => i % 2 === 0 && text.toLowerCase() === name)
}

/** Names in lower case: those that never go on, and those that the sender says are for its neighbour. */
function connectionNames(raw: readonly string[]): ReadonlySet<string> {
  const named = pairs(raw)
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(','))
    .map((name) => name.trim().toLowerCase())
  return named.length === 0 ? HOP_BY_HOP : new Set([...HOP_BY_HOP, ...named])
}

function pairs(raw: readonly string[]): [name: string, value: string][] {
  return Array.from({ length: raw.length >> 1 }, (_, i) => [raw[2 * i] ?? '', raw[2 * i + 1] ?? ''])
}
