/** What a run of requests took. */
export interface Measurement {
  readonly what: string
  readonly count: number
  /** Seconds from the first request to the last answer. */
  readonly seconds: number
  /** Milliseconds that half, and all but one of a hundred, of the requests took at most. */
  readonly median: number
  readonly p99: number
}

/** Makes requests, so many at a time, and times each. */
export async function measure(
  what: string,
  count: number,
  atATime: number,
  request: (index: number) => Promise<unknown>
): Promise<Measurement> {
  const times: number[] = []
  let next = 0
  const begun = performance.now()
  const client = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const start = performance.now()
      await request(index)
      times.push(performance.now() - start)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atATime, count) }, client))
  const seconds = (performance.now() - begun) / 1000
  times.sort((a, b) => a - b)
  return { what, count, seconds, median: quantile(times, 0.5), p99: quantile(times, 0.99) }
}

/** Counts what a stream gives, and times the first item apart from the rest. */
export async function measureStream(what: string, items: AsyncIterable<unknown>): Promise<Measurement> {
  const begun = performance.now()
  let first = 0
  let count = 0
  for await (const _ of items) if (count++ === 0) first = performance.now() - begun
  const total = performance.now() - begun
  return { what, count, seconds: total / 1000, median: first, p99: total }
}

/** @param sorted - ascending */
export function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}
