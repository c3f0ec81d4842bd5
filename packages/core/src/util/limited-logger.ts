import type { Logger } from './logger.ts'

const MINUTE = 60_000

/** Longest line, in characters: what others send may be part of it. */
const MAX_LINE = 1000

/** What would end a line, or change how a terminal shows it. */
const CONTROL = /[\p{Cc}\u2028\u2029]+/gu

/**
 * A logger for what others cause: it writes so many warnings and errors a minute at most, then says how many it has kept
 * to itself, and shows nothing that would tamper with the log.
 *
 * @param perMinute - lines
 * @param now - milliseconds since some fixed time
 */
export function limitedLogger(log: Logger, perMinute: number, now: () => number): Logger {
  let since = -Infinity
  let written = 0
  let left = 0
  const limit =
    (write: (message: string) => void) =>
    (message: string): void => {
      if (now() - since >= MINUTE) {
        if (left > 0) log.warn(`${left} more such lines were left out`)
        since = now()
        written = 0
        left = 0
      }
      if (written++ < perMinute) write(plainLine(message))
      else left++
    }
  return {
    error: limit((message) => log.error(message)),
    warn: limit((message) => log.warn(message)),
    info: (message) => log.info(plainLine(message)),
    debug: (message) => log.debug(plainLine(message))
  }
}

/** What others send, as part of a line that is not too long. */
export function plainLine(message: string): string {
  return message.replace(CONTROL, ' ').slice(0, MAX_LINE)
}
