import { formatRfc3339, localOffsetMinutes, parseRfc3339 } from './rfc3339.ts'

/** Seconds between 0001-01-01T00:00:00Z, the zero time of the Go release, and the Unix epoch. */
const ZERO_SECONDS = -62135596800

const ZERO_TEXT = '0001-01-01T00:00:00Z'

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

  /**
   * The present by the clock of this machine, in the local zone. Calls that follow one another never give the same
   * nanosecond twice, nor go back, unless the clock is set back by more than a second.
   */
  static now(): Time {
    // The other clock gives the digits below the millisecond; its own present would not follow a clock that is set.
    const now = Date.now()
    let seconds = Math.floor(now / 1000)
    let nanoseconds = (now - seconds * 1000) * 1e6 + Math.floor((performance.now() % 1) * 1e6)
    const ahead = (lastSeconds - seconds) * 1e9 + lastNanoseconds - nanoseconds
    if (ahead >= 0 && ahead < 1e9) {
      const next = lastNanoseconds + 1
      seconds = next < 1e9 ? lastSeconds : lastSeconds + 1
      nanoseconds = next < 1e9 ? next : 0
    }
    lastSeconds = seconds
    lastNanoseconds = nanoseconds
    return new Time(seconds, nanoseconds)
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
   * Reads RFC 3339, with or without a fraction; digits below a nanosecond are dropped.
   *
   * @throws SyntaxError with the words of Go's time.Parse
   */
  static parse(text: string): Time {
    // What nearly every pin has for its expiry.
    if (text === ZERO_TEXT) return Time.ZERO
    const { seconds, nanoseconds, offsetMinutes } = parseRfc3339(text)
    return new Time(seconds, nanoseconds, offsetMinutes)
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

  /**
   * RFC 3339 with as many digits of the fraction as are not zero; the form of Go's `time.RFC3339Nano`. A year that has
   * no such form is shown as the nearest that has one: a stored pin may hold any number, and must not break a listing.
   */
  toString(): string {
    if (this.isZero) return ZERO_TEXT
    return formatRfc3339(this.seconds, this.nanoseconds, this.offsetMinutes ?? localOffsetMinutes(this.seconds))
  }

  toJSON(): string {
    return this.toString()
  }
}

let lastSeconds = 0
let lastNanoseconds = 0
