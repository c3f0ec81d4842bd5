/** How long to wait between attempts, in milliseconds. */
export interface BackoffOptions {
  /** Wait after the first failure. */
  initial: number
  /** Longest wait, before jitter. */
  max: number
  /** How much longer each wait is than the one before; 2 when absent. */
  factor?: number
  /** Share of the wait that is left to chance, 0 to 1; 0.5 when absent: between half of the wait and all of it. */
  jitter?: number
}

/**
 * Milliseconds to wait after that many failures in a row. The share of chance keeps peers that failed together from
 * coming back together.
 *
 * @param failures - 1 after the first failure
 * @param random - a number from 0 to below 1
 *
 * @example
 * backoff(3, { initial: 1000, max: 60_000 }, Math.random()) // between 2000 and 4000
 */
export function backoff(failures: number, options: BackoffOptions, random: number): number {
  const { initial, max, factor = 2, jitter = 0.5 } = options
  const wait = Math.min(max, initial * factor ** Math.max(0, failures - 1))
  return Math.round(wait * (1 - jitter * random))
}
