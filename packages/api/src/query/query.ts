import { ClusterError } from '../errors.ts'
import { parseGoBool } from '../go-values.ts'
import { compareText } from '../json/compare.ts'

/** The parameters of a URL; a Map and URLSearchParams are such. The first value of a name counts. */
export interface QueryParams {
  get(name: string): string | null | undefined
  keys(): Iterable<string>
}

/**
 * Reads a query as the Go release does: `+` is a space, and a pair that holds `;` or a bad escape is dropped.
 *
 * @param text - the query without its `?`
 */
export function parseQuery(text: string): Map<string, string> {
  const params = new Map<string, string>()
  for (const pair of text.split('&')) {
    if (pair === '' || pair.includes(';')) continue
    const equals = pair.indexOf('=')
    const name = unescape(equals === -1 ? pair : pair.slice(0, equals))
    const value = equals === -1 ? '' : unescape(pair.slice(equals + 1))
    if (name !== undefined && value !== undefined && !params.has(name)) params.set(name, value)
  }
  return params
}

/** Writes a query as the Go release does: sorted by name, a space as `+`. */
export function encodeQuery(params: Iterable<readonly [name: string, value: string]>): string {
  return [...params]
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, value]) => `${escape(name)}=${escape(value)}`)
    .join('&')
}

/** Text of a parameter, empty when it is absent. */
export function getText(query: QueryParams, name: string): string {
  return query.get(name) ?? ''
}

/** @throws ClusterError `ERR_BAD_REQUEST` when the text is not a decimal integer of 64 bits */
export function getInteger(query: QueryParams, name: string, absent: number): number {
  const text = getText(query, name)
  if (text === '') return absent
  if (!/^[+-]?\d+$/.test(text) || BigInt.asIntN(64, toBigInt(text)) !== toBigInt(text)) throw invalidParameter(name)
  return Number(text)
}

/** @throws ClusterError `ERR_BAD_REQUEST` when the text is none of Go's words for true and false */
export function getBoolean(query: QueryParams, name: string, absent: boolean): boolean {
  const text = getText(query, name)
  if (text === '') return absent
  try {
    return parseGoBool(text)
  } catch {
    throw invalidParameter(name)
  }
}

function invalidParameter(name: string): ClusterError {
  return new ClusterError('ERR_BAD_REQUEST', `parameter ${name} invalid`)
}

function toBigInt(text: string): bigint {
  return BigInt(text.startsWith('+') ? text.slice(1) : text)
}

function escape(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/%20|[!'()*]/g, (match) =>
    match === '%20' ? '+' : `%${match.charCodeAt(0).toString(16).toUpperCase()}`
  )
}

/** undefined when an escape is malformed. Bytes that are no UTF-8 become U+FFFD. */
function unescape(text: string): string | undefined {
  const spaced = text.replaceAll('+', ' ')
  if (!spaced.includes('%')) return spaced
  if (/%(?![0-9a-fA-F]{2})/.test(spaced)) return undefined
  return spaced.replace(/(?:%[0-9a-fA-F]{2})+/g, (escapes) => {
    const bytes = escapes
      .slice(1)
      .split('%')
      .map((hex) => Number.parseInt(hex, 16))
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes))
  })
}
