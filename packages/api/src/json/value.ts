import { compareText } from './compare.ts'

/**
 * What a JSON document holds. An integer too large for a double is a bigint. An object without a prototype is a map:
 * its keys are written in the order of their bytes, as the Go release does; any other object keeps its order.
 */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject

/** An object of a JSON document. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** An empty map, to be filled: see {@link JsonValue}. */
export function newJsonMap(): Record<string, JsonValue> {
  return Object.create(null) as Record<string, JsonValue>
}

/**
 * Writes JSON as Go's encoder does: `<`, `>`, `&`, U+2028 and U+2029 escaped, bigints exact, no trailing newline.
 *
 * @param indent - number of spaces or the text of one level; absent or 0: everything on one line
 * @throws TypeError on a number that JSON cannot hold
 */
export function stringify(value: JsonValue, indent: number | string = 0): string {
  const unit = typeof indent === 'number' ? ' '.repeat(indent) : indent
  return write(value, unit, unit === '' ? '' : '\n')
}

/** Text as a JSON string, quoted and escaped as Go does. */
export function quote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  const quoted = JSON.stringify(text)
  return SPECIAL.test(quoted) ? quoted.replace(SPECIALS, escape) : quoted
}

/** A number as Go writes it. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`)
  return Object.is(value, -0) ? '-0' : String(value)
}

/** The keys of a map in the order in which Go writes them. */
export function sortedKeys(map: object): string[] {
  const keys = Object.keys(map)
  return keys.length < 2 ? keys : keys.sort(compareText)
}

function write(value: JsonValue, unit: string, lineBreak: string): string {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'number':
      return formatNumber(value)
    case 'bigint':
    case 'boolean':
      return String(value)
    default:
      return isArray(value) ? writeArray(value, unit, lineBreak) : writeObject(value, unit, lineBreak)
  }
}

function writeArray(values: readonly JsonValue[], unit: string, lineBreak: string): string {
  if (values.length === 0) return '[]'
  const inner = lineBreak + unit
  return `[${values.map((value) => inner + write(value, unit, inner)).join(',')}${lineBreak}]`
}

function writeObject(object: JsonObject, unit: string, lineBreak: string): string {
  const keys = Object.getPrototypeOf(object) === null ? sortedKeys(object) : Object.keys(object)
  if (keys.length === 0) return '{}'
  const inner = lineBreak + unit
  const colon = unit === '' ? ':' : ': '
  const members = keys.map((key) => inner + quote(key) + colon + write(object[key] ?? null, unit, inner))
  return `{${members.join(',')}${lineBreak}}`
}

function isArray(value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** Printable ASCII with nothing to escape: most names, and every CID and peer ID. */
const PLAIN = /^[ !#-%'-;=?-[\]-~]*$/

// JSON.stringify writes a lone surrogate as \udXXX; Go replaces what is no text. An escaped backslash before the "u"
// belongs to the text itself, so it is matched first and kept.
const SPECIAL = /[<>&\u2028\u2029]|\\u[dD]/
const SPECIALS = /[<>&\u2028\u2029]|\\\\|\\u[dD][0-9a-fA-F]{3}/g

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
  '\\\\': '\\\\'
}

function escape(match: string): string {
  return ESCAPES[match] ?? '\\ufffd'
}
