import type { Bandwidth } from '@ipfs-cluster/api'
import type { Metrics, Stream } from '@libp2p/interface'
import { RateCounter } from './rate.ts'
import { tapInput, tapOutput } from './tap.ts'

/** Most protocols that are counted apart; a peer has some twenty. */
const MAX_PROTOCOLS = 256

const nothing = (): void => {}
const stopNothing = (): (() => void) => nothing

/** Takes any measurement that a part of libp2p wants to report, and forgets it. */
const SINK = { update: nothing, increment: nothing, decrement: nothing, reset: nothing, observe: nothing }
const TIMED_SINK = { ...SINK, timer: stopNothing }

/** Counts the bytes of each protocol. In libp2p's terms it is what gathers measurements; others are not kept. */
export class BandwidthCounter implements Metrics {
  readonly #now: () => number
  readonly #protocols = new Map<string, { in: RateCounter; out: RateCounter }>()

  /** @param now - milliseconds since some fixed time */
  constructor(now: () => number) {
    this.#now = now
  }

  /** What there was so far, by protocol. */
  snapshot(): Record<string, Bandwidth> {
    const entries = [...this.#protocols].map(([protocol, { in: incoming, out }]): [string, Bandwidth] => [
      protocol,
      {
        totalIn: BigInt(incoming.total),
        totalOut: BigInt(out.total),
        rateIn: incoming.rate(),
        rateOut: out.rate()
      }
    ])
    return Object.fromEntries(entries)
  }

  trackProtocolStream(stream: Stream): void {
    const counters = this.#countersOf(stream.protocol)
    if (counters === undefined) return
    // What came with the choice of the protocol waits already.
    counters.in.add(stream.readBufferLength)
    tapInput(stream, ({ byteLength }) => counters.in.add(byteLength))
    tapOutput(stream, ({ byteLength }) => counters.out.add(byteLength))
  }

  trackMultiaddrConnection = nothing
  registerMetric: Metrics['registerMetric'] = () => TIMED_SINK
  registerMetricGroup: Metrics['registerMetricGroup'] = () => TIMED_SINK
  registerCounter: Metrics['registerCounter'] = () => SINK
  registerCounterGroup: Metrics['registerCounterGroup'] = () => SINK
  registerHistogram: Metrics['registerHistogram'] = () => TIMED_SINK
  registerHistogramGroup: Metrics['registerHistogramGroup'] = () => TIMED_SINK
  registerSummary: Metrics['registerSummary'] = () => TIMED_SINK
  registerSummaryGroup: Metrics['registerSummaryGroup'] = () => TIMED_SINK
  traceFunction: Metrics['traceFunction'] = (_name: string, traced: never) => traced
  createTrace: Metrics['createTrace'] = nothing

  #countersOf(protocol: string): { in: RateCounter; out: RateCounter } | undefined {
    const known = this.#protocols.get(protocol)
    if (known !== undefined || this.#protocols.size >= MAX_PROTOCOLS) return known
    const counters = { in: new RateCounter(this.#now), out: new RateCounter(this.#now) }
    this.#protocols.set(protocol, counters)
    return counters
  }
}
