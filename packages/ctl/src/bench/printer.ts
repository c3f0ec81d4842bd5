import { fixed } from '../output/humanize.ts'
import type { Printer } from '../output/printer.ts'
import type { Measurement } from './measure.ts'

/** A measurement on a line. */
export const measurementPrinter: Printer<Measurement> = {
  text: (measured) => {
    const [what = '', count, rate, median, p99] = cells(measured)
    return `${what.padEnd(10)} : ${count} | ${rate}/s | Median: ${median} ms | 99%: ${p99} ms\n`
  },
  json: ({ what, count, seconds, median, p99 }) => ({ what, count, seconds, median_ms: median, p99_ms: p99 }),
  table: { head: ['WHAT', 'COUNT', 'PER SECOND', 'MEDIAN MS', '99% MS'], rows: (measured) => [cells(measured)] }
}

function cells({ what, count, seconds, median, p99 }: Measurement): string[] {
  const rate = count === 0 ? '0' : fixed(count / seconds, 0)
  return [what, String(count), rate, fixed(median, 1), fixed(p99, 1)]
}
