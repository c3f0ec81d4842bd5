/** Forms of numbers and times that people read, as the Go release writes them. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB']

/** A size in units of 1,000: `9 B`, `1.3 kB`, `14 kB`. One decimal below ten, none above. */
export function humanSize(bytes: bigint): string {
  if (bytes < 10n) return `${bytes} B`
  let unit = 0
  for (let rest = bytes; rest >= 1000n && unit < UNITS.length - 1; rest /= 1000n) unit++
  const tenths = Math.floor((Number(bytes) / 1000 ** unit) * 10 + 0.5)
  return `${fixed(tenths / 10, tenths < 100 ? 1 : 0)} ${UNITS[unit] ?? ''}`
}

/** A number with that many decimals, as Go rounds it: what lies exactly between two goes to the even one. */
export function fixed(value: number, digits: number): string {
  const isTie = Number.isInteger(value * 2 ** (digits + 1)) && !Number.isInteger(value * 2 ** digits)
  if (!isTie) return value.toFixed(digits)
  const below = Math.floor(value * 10 ** digits)
  return ((below % 2 === 0 ? below : below + 1) / 10 ** digits).toFixed(digits)
}

const SECOND = 1_000_000_000n
const MINUTE = 60n * SECOND
const HOUR = 60n * MINUTE
const DAY = 24n * HOUR
const WEEK = 7n * DAY
const MONTH = 30n * DAY
const YEAR = 12n * MONTH
const LONG_TIME = 37n * YEAR

interface Span {
  /** The span holds for what is shorter than this. */
  readonly below: bigint
  /** How it is said; `N` is the number of units. */
  readonly form: string
  readonly unit: bigint
}

const SPANS: readonly Span[] = [
  { below: SECOND, form: 'now', unit: 1n },
  { below: 2n * SECOND, form: '1 second', unit: 1n },
  { below: MINUTE, form: 'N seconds', unit: SECOND },
  { below: 2n * MINUTE, form: '1 minute', unit: 1n },
  { below: HOUR, form: 'N minutes', unit: MINUTE },
  { below: 2n * HOUR, form: '1 hour', unit: 1n },
  { below: DAY, form: 'N hours', unit: HOUR },
  { below: 2n * DAY, form: '1 day', unit: 1n },
  { below: WEEK, form: 'N days', unit: DAY },
  { below: 2n * WEEK, form: '1 week', unit: 1n },
  { below: MONTH, form: 'N weeks', unit: WEEK },
  { below: 2n * MONTH, form: '1 month', unit: 1n },
  { below: YEAR, form: 'N months', unit: MONTH },
  { below: 18n * MONTH, form: '1 year', unit: 1n },
  { below: 2n * YEAR, form: '2 years', unit: 1n },
  { below: LONG_TIME, form: 'N years', unit: YEAR }
]

/** How far a time is from now, both in Unix nanoseconds: `now`, `16 seconds from now`, `2 weeks ago`. */
export function humanTime(time: bigint, now: bigint): string {
  const past = time <= now
  const distance = past ? now - time : time - now
  const span = SPANS.find(({ below }) => distance < below)
  if (span?.form === 'now') return 'now'
  const text = span === undefined ? 'a long while' : span.form.replace('N', String(distance / span.unit))
  return `${text} ${past ? 'ago' : 'from now'}`
}
