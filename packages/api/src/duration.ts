const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n, // U+00B5
  μs: 1_000n, // U+03BC
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n
}
const MAX = 2n ** 63n - 1n

/**
 * Reads a duration in the text form of Go, such as `1h30m`, `1.5s` or `-5m`.
 *
 * @returns milliseconds, with fractions down to a nanosecond
 * @throws Error with Go's text (`time: unknown unit "d" in duration "1d"`)
 */
export function parseGoDuration(text: string): number {
  const nanoseconds = parseNanoseconds(text)
  return Number(nanoseconds / 1_000_000n) + Number(nanoseconds % 1_000_000n) / 1e6
}

/** Writes milliseconds in the text form of Go: `2m0s`, `1h0m0s`, `200ms`, `0s`. */
export function formatGoDuration(milliseconds: number): string {
  const whole = Math.trunc(milliseconds)
  const total = BigInt(whole) * 1_000_000n + BigInt(Math.round((milliseconds - whole) * 1e6))
  if (total === 0n) return '0s'
  const sign = total < 0n ? '-' : ''
  const nanoseconds = total < 0n ? -total : total
  if (nanoseconds < 1_000n) return `${sign}${nanoseconds}ns`
  if (nanoseconds < 1_000_000n) return `${sign}${decimal(nanoseconds, 1_000n)}µs`
  if (nanoseconds < 1_000_000_000n) return `${sign}${decimal(nanoseconds, 1_000_000n)}ms`
  const minutes = nanoseconds / 60_000_000_000n
  const seconds = `${decimal(nanoseconds % 60_000_000_000n, 1_000_000_000n)}s`
  if (minutes === 0n) return sign + seconds
  const hours = minutes / 60n
  return hours === 0n ? `${sign}${minutes}m${seconds}` : `${sign}${hours}h${minutes % 60n}m${seconds}`
}

function decimal(value: bigint, unit: bigint): string {
  const fraction = (value % unit)
    .toString()
    .padStart(unit.toString().length - 1, '0')
    .replace(/0+$/, '')
  return fraction === '' ? String(value / unit) : `${value / unit}.${fraction}`
}

function parseNanoseconds(text: string): bigint {
  const negative = text.startsWith('-')
  let rest = /^[-+]/.test(text) ? text.slice(1) : text
  if (rest === '0') return 0n
  if (rest === '') throw invalid(text)
  let total = 0n
  while (rest !== '') {
    const [all, whole = '', fraction = ''] = /^(\d*)(?:\.(\d*))?/.exec(rest) ?? ['']
    if (whole === '' && fraction === '') throw invalid(text)
    rest = rest.slice(all.length)
    const [name] = /^[^.\d]*/.exec(rest) ?? ['']
    if (name === '') throw new Error(`time: missing unit in duration ${JSON.stringify(text)}`)
    const unit = UNITS[name]
    if (unit === undefined)
      throw new Error(`time: unknown unit ${JSON.stringify(name)} in duration ${JSON.stringify(text)}`)
    rest = rest.slice(name.length)
    total += BigInt(whole || '0') * unit + fractionOf(fraction, unit)
    if (total > (negative ? MAX + 1n : MAX)) throw invalid(text)
  }
  return negative ? -total : total
}

/** Digits after the dot, in nanoseconds, cut off below one. */
function fractionOf(digits: string, unit: bigint): bigint {
  const kept = digits.slice(0, 18)
  return kept === '' ? 0n : (BigInt(kept) * unit) / 10n ** BigInt(kept.length)
}

function invalid(text: string): Error {
  return new Error(`time: invalid duration ${JSON.stringify(text)}`)
}
