import { goQuote } from './go-values.ts'

const DAY = 86_400
const LAYOUT = '2006-01-02T15:04:05Z07:00'

/** Seconds since the Unix epoch of the first and the last second that have a four-digit year. */
const FIRST_SECOND = -62_167_219_200
const LAST_SECOND = 253_402_300_799

/** The zone rules of no place change within a quarter of an hour. */
const QUARTER = 900

let quarterOfOffset = Number.NaN
let offsetOfQuarter = 0

/** Minutes east of UTC in the local zone of this process at that time. */
export function localOffsetMinutes(seconds: number): number {
  const quarter = Math.floor(seconds / QUARTER)
  if (quarter !== quarterOfOffset) {
    offsetOfQuarter = 0 - new Date(Math.min(seconds, LAST_SECOND) * 1000).getTimezoneOffset()
    quarterOfOffset = quarter
  }
  return offsetOfQuarter
}

/** Written by arithmetic: a tenth of the time that a Date and its ISO form take, which shows in long listings. */
export function formatRfc3339(seconds: number, nanoseconds: number, offsetMinutes: number): string {
  const local = Math.min(Math.max(seconds + offsetMinutes * 60, FIRST_SECOND), LAST_SECOND)
  const day = Math.floor(local / DAY)
  const second = local - day * DAY
  const clock = `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`
  const fraction = nanoseconds === 0 ? '' : `.${String(nanoseconds).padStart(9, '0').replace(/0+$/, '')}`
  return `${dateOfDay(day)}T${clock}${fraction}${formatOffset(offsetMinutes)}`
}

/** Year, month and day of a day since the Unix epoch, in the proleptic Gregorian calendar (years start in March). */
function dateOfDay(day: number): string {
  const shifted = day + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const march = Math.floor((5 * dayOfYear + 2) / 153)
  const month = march < 10 ? march + 3 : march - 9
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(dayOfYear - Math.floor((153 * march + 2) / 5) + 1)}`
}

function formatOffset(minutes: number): string {
  if (minutes === 0) return 'Z'
  const absolute = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(absolute / 60))}:${two(absolute % 60)}`
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}

/** The parts of an RFC 3339 text in order: how Go's layout names each, and what may stand there. */
const PARTS: readonly (readonly [element: string, form: RegExp])[] = [
  ['2006', /^\d{4}/],
  ['-', /^-/],
  ['01', /^\d{2}/],
  ['-', /^-/],
  ['02', /^\d{2}/],
  ['T', /^T/],
  ['15', /^\d{2}/],
  [':', /^:/],
  ['04', /^\d{2}/],
  [':', /^:/],
  ['05', /^\d{2}(?:\.\d+)?/],
  ['Z07:00', /^(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)/]
]

/**
 * Reads RFC 3339 as strictly as Go does.
 *
 * @throws SyntaxError with the words of Go's time.Parse
 */
export function parseRfc3339(text: string): { seconds: number; nanoseconds: number; offsetMinutes: number } {
  const found = splitParts(text)
  const [year = '', , month = '', , day = '', , hour = '', , minute = '', , second = '', zone = ''] = found
  const outOfRange = (what: string): SyntaxError =>
    new SyntaxError(`parsing time ${goQuote(text)}: ${what} out of range`)
  if (+month < 1 || +month > 12) throw outOfRange('month')
  if (+hour > 23) throw outOfRange('hour')
  if (+minute > 59) throw outOfRange('minute')
  if (+second.slice(0, 2) > 59) throw outOfRange('second')
  const midnight = Date.parse(`${year}-${month}-${day}T00:00:00Z`)
  if (Number.isNaN(midnight) || new Date(midnight).getUTCDate() !== +day) throw outOfRange('day')
  const offsetMinutes = parseOffset(zone)
  const local = midnight / 1000 + +hour * 3600 + +minute * 60 + +second.slice(0, 2)
  const nanoseconds = Number(second.slice(3, 12).padEnd(9, '0'))
  return { seconds: local - offsetMinutes * 60, nanoseconds, offsetMinutes }
}

function splitParts(text: string): string[] {
  const refused = (rest: string, element: string): SyntaxError =>
    new SyntaxError(`parsing time ${goQuote(text)} as "${LAYOUT}": cannot parse ${goQuote(rest)} as "${element}"`)
  let rest = text
  const found = PARTS.map(([element, form]) => {
    const part = form.exec(rest)?.[0]
    if (part === undefined) throw refused(rest, element)
    rest = rest.slice(part.length)
    return part
  })
  if (rest !== '') throw new SyntaxError(`parsing time ${goQuote(text)}: extra text: ${goQuote(rest)}`)
  return found
}

function parseOffset(zone: string): number {
  if (zone === 'Z') return 0
  const minutes = +zone.slice(1, 3) * 60 + +zone.slice(4, 6)
  return zone.startsWith('-') ? -minutes : minutes
}
