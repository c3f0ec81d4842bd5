import { goQuote } from './go-values.ts'

const DAY = 86_400
const LAYOUT = '2006-01-02T15:04:05Z07:00'

/** Seconds since the Unix epoch of the first and the last second that have a four-digit year. */
const FIRST_SECOND = -62_167_219_200
const LAST_SECOND = 253_402_300_799

/** About three years. */
const DATES_KEPT = 1024

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

/** Texts of the days of late, each in the place of its number: a list goes to and fro between them. */
const dates = new Array<{ day: number; text: string } | undefined>(DATES_KEPT).fill(undefined)

function dateOfDay(day: number): string {
  const place = Math.abs(day) % DATES_KEPT
  const known = dates[place]
  if (known?.day === day) return known.text
  const text = formatDate(day)
  dates[place] = { day, text }
  return text
}

/** Year, month and day of a day since the Unix epoch, in the proleptic Gregorian calendar (years start in March). */
function formatDate(day: number): string {
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

const TWO_DIGITS = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0'))

function two(value: number): string {
  return TWO_DIGITS[value] ?? ''
}

/** All parts at once: a long listing spends a good part of its time here. */
const WELL_FORMED = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

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
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', fraction = '', zone = ''] =
    WELL_FORMED.exec(text) ?? complain(text)
  const outOfRange = (what: string): SyntaxError =>
    new SyntaxError(`parsing time ${goQuote(text)}: ${what} out of range`)
  if (+month < 1 || +month > 12) throw outOfRange('month')
  if (+hour > 23) throw outOfRange('hour')
  if (+minute > 59) throw outOfRange('minute')
  if (+second > 59) throw outOfRange('second')
  const days = dayOfDate(+year, +month, +day)
  if (+day < 1 || +day > dayOfDate(+year, +month + 1, 1) - dayOfDate(+year, +month, 1)) throw outOfRange('day')
  const offsetMinutes = parseOffset(zone)
  const local = days * DAY + +hour * 3600 + +minute * 60 + +second
  const nanoseconds = fraction === '' ? 0 : Number(fraction.slice(0, 9).padEnd(9, '0'))
  return { seconds: local - offsetMinutes * 60, nanoseconds, offsetMinutes }
}

/** The inverse of `dateOfDay`; a month of 13 is the next January. */
function dayOfDate(year: number, month: number, day: number): number {
  const months = month + 9
  const yearFromMarch = year + Math.floor(months / 12) - 1
  const era = Math.floor(yearFromMarch / 400)
  const yearOfEra = yearFromMarch - era * 400
  const dayOfYear = Math.floor((153 * (months % 12) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

/** Names the part that makes a text no time. */
function complain(text: string): never {
  let rest = text
  for (const [element, form] of PARTS) {
    const part = form.exec(rest)?.[0]
    if (part === undefined) {
      throw new SyntaxError(
        `parsing time ${goQuote(text)} as "${LAYOUT}": cannot parse ${goQuote(rest)} as "${element}"`
      )
    }
    rest = rest.slice(part.length)
  }
  throw new SyntaxError(`parsing time ${goQuote(text)}: extra text: ${goQuote(rest)}`)
}

function parseOffset(zone: string): number {
  if (zone === 'Z') return 0
  const minutes = +zone.slice(1, 3) * 60 + +zone.slice(4, 6)
  return zone.startsWith('-') ? -minutes : minutes
}
