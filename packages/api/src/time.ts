/** Seconds between 0001-01-01T00:00:00Z, the zero time of the Go release, and the Unix epoch. */
const ZERO_SECONDS = -62135596800

/**
 * A point in time with nanoseconds and the offset it was written in. JavaScript's Date has neither, and clients see
 * both: a fresh timestamp has nanoseconds, and `expire_at` keeps the offset that the user gave.
 */
export class Time {
  /** The time that stands for "not set": `0001-01-01T00:00:00Z`. */
  static readonly ZERO: Time = new Time(ZERO_SECONDS, 0, 0)

  /** Seconds since the Unix epoch, whole, negative before 1970. */
  readonly seconds: number
  /** Nanoseconds within the second, 0 to 999,999,999. */
  readonly nanoseconds: number
  /** Minutes east of UTC that the text form shows; undefined: the local zone of this process. */
  readonly offsetMinutes: number | undefined

  constructor(seconds: number, nanoseconds: number = 0, offsetMinutes?: number) {
    this.seconds = seconds
    this.nanoseconds = nanoseconds
    this.offsetMinutes = offsetMinutes
  }

  /** Whether this is the time that stands for "not set". */
  get isZero(): boolean {
    return this.seconds === ZERO_SECONDS && this.nanoseconds === 0
  }

  /** The present, in the local zone. Monotone within a process: two calls never give the same nanosecond twice. */
  static now(): Time {
    let now = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n
    if (now <= lastNow) now = lastNow + 1n
    lastNow = now
    return Time.fromUnixNanoseconds(now)
  }

  static fromUnixNanoseconds(nanoseconds: bigint): Time {
    let seconds = nanoseconds / 1_000_000_000n
    let rest = nanoseconds % 1_000_000_000n
    if (rest < 0n) {
      rest += 1_000_000_000n
      seconds -= 1n
    }
    return new Time(Number(seconds), Number(rest))
  }

  static fromDate(date: Date): Time {
    return Time.fromUnixNanoseconds(BigInt(date.getTime()) * 1_000_000n)
  }

  /**
   * Reads RFC 3339, with or without a fraction of up to nine digits.
   *
   * @throws SyntaxError when the text is not a time of a real calendar day
   */
  static parse(text: string): Time {
    const match = RFC3339.exec(text)
    if (match === null) throw new SyntaxError(`cannot parse ${JSON.stringify(text)} as an RFC 3339 time`)
    const [, date, clock, fraction = '', sign, hours = '0', minutes = '0'] = match
    const milliseconds = Date.parse(`${date}T${clock}Z`)
    if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString().slice(0, 10) !== date) {
      throw new SyntaxError(`cannot parse ${JSON.stringify(text)}: there is no such day or time of day`)
    }
    const offset = sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
    return new Time(milliseconds / 1000 - offset * 60, Number(fraction.padEnd(9, '0')), offset)
  }

  /** Whole milliseconds since the Unix epoch, as Date counts. */
  toMilliseconds(): number {
    return this.seconds * 1000 + Math.floor(this.nanoseconds / 1e6)
  }

  toUnixNanoseconds(): bigint {
    return BigInt(this.seconds) * 1_000_000_000n + BigInt(this.nanoseconds)
  }

  /** The same instant to the second, as the state stores it. */
  truncate(): Time {
    return new Time(this.seconds, 0, this.offsetMinutes)
  }

  /** RFC 3339 with as many digits of the fraction as are not zero; the form of Go's `time.RFC3339Nano`. */
  toString(): string {
    if (this.isZero) return '0001-01-01T00:00:00Z'
    const offset = this.offsetMinutes ?? -new Date(this.seconds * 1000).getTimezoneOffset()
    const text = new Date((this.seconds + offset * 60) * 1000).toISOString().slice(0, 19)
    const fraction = this.nanoseconds === 0 ? '' : `.${String(this.nanoseconds).padStart(9, '0').replace(/0+$/, '')}`
    return text + fraction + formatOffset(offset)
  }

  toJSON(): string {
    return this.toString()
  }
}

const RFC3339 = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9})\d*)?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/

let lastNow = 0n

function formatOffset(minutes: number): string {
  if (minutes === 0) return 'Z'
  const absolute = Math.abs(minutes)
  const pad = (n: number): string => String(n).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(absolute / 60))}:${pad(absolute % 60)}`
}
