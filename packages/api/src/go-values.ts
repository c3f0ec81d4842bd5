const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True'])
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False'])
const BASES: Record<string, { base: string; digits: RegExp }> = {
  x: { base: '0x', digits: /^(_?[0-9a-f])+$/i },
  b: { base: '0b', digits: /^(_?[01])+$/ },
  o: { base: '0o', digits: /^(_?[0-7])+$/ }
}
const INT64_MAX = 2n ** 63n - 1n
const UINT64_MAX = 2n ** 64n - 1n

/** Text that is no such value; the message is the one of Go's `strconv`. */
export class GoValueError extends Error {
  override name = 'GoValueError'
  /** The text is a number, but not one that the type can hold. */
  readonly outOfRange: boolean

  constructor(parser: string, text: string, outOfRange = false) {
    super(`strconv.${parser}: parsing ${goQuote(text)}: ${outOfRange ? 'value out of range' : 'invalid syntax'}`)
    this.outOfRange = outOfRange
  }
}

/** A boolean as `strconv.ParseBool` reads it. */
export function parseGoBool(text: string): boolean {
  if (TRUE.has(text)) return true
  if (FALSE.has(text)) return false
  throw new GoValueError('ParseBool', text)
}

/** An integer as `strconv.ParseInt(text, 0, 64)` reads it; the nearest double of one beyond 2^53. */
export function parseGoInt(text: string): number {
  const negative = text.startsWith('-')
  const magnitude = readMagnitude(/^[+-]/.test(text) ? text.slice(1) : text)
  if (magnitude === undefined) throw new GoValueError('ParseInt', text)
  if (magnitude > (negative ? INT64_MAX + 1n : INT64_MAX)) throw new GoValueError('ParseInt', text, true)
  return Number(negative ? -magnitude : magnitude)
}

/** An integer as `strconv.ParseUint(text, 0, 64)` reads it; the nearest double of one beyond 2^53. */
export function parseGoUint(text: string): number {
  const magnitude = readMagnitude(text)
  if (magnitude === undefined) throw new GoValueError('ParseUint', text)
  if (magnitude > UINT64_MAX) throw new GoValueError('ParseUint', text, true)
  return Number(magnitude)
}

/** A number as `strconv.ParseFloat(text, 64)` reads it, without its hexadecimal form. */
export function parseGoFloat(text: string): number {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw new GoValueError('ParseFloat', text)
  return Number(text)
}

function readMagnitude(text: string): bigint | undefined {
  const prefix = /^0([xbo])(.*)$/i.exec(text)
  if (prefix !== null) {
    const notation = BASES[(prefix[1] ?? '').toLowerCase()]
    return readDigits(prefix[2] ?? '', notation?.base ?? '', notation?.digits ?? /^$/)
  }
  // A leading zero alone means octal, and an underscore may follow it.
  if (/^0./.test(text)) return readDigits(text.slice(1), '0o', BASES['o']?.digits ?? /^$/)
  return readDigits(text, '', /^\d(_?\d)*$/)
}

function readDigits(digits: string, base: string, allowed: RegExp): bigint | undefined {
  return allowed.test(digits) ? BigInt(base + digits.replaceAll('_', '')) : undefined
}

const ESCAPES: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v'
}

/** Text in double quotes as Go's `%q` prints it. */
export function goQuote(text: string): string {
  const escaped = text.replace(/["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (char) => {
    const known = ESCAPES[char]
    if (known !== undefined) return known
    const code = char.codePointAt(0) ?? 0
    if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
  return `"${escaped}"`
}
