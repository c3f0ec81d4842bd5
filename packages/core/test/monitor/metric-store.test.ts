import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Metric } from '@ipfs-cluster/api'
import { comparePeerIds } from '@ipfs-cluster/api'
import { MetricStore } from '../../src/monitor/index.ts'
import { metricOf, PEERS } from './metrics.ts'

const values = (metrics: readonly Metric[]): string[] => metrics.map(({ value }) => value)

describe('MetricStore', () => {
  it('gives the newest metric of each peer, in the order of their IDs', () => {
    const store = new MetricStore()
    const [first, second] = [...PEERS].sort(comparePeerIds)
    store.add(metricOf({ peer: second, value: 'old' }), 0n)
    store.add(metricOf({ peer: second, value: 'b' }), 0n)
    store.add(metricOf({ peer: first, value: 'a' }), 0n)
    store.add(metricOf({ name: 'other' }), 0n)
    expect(values(store.latest('ping', 0n))).toEqual(['a', 'b'])
    expect(store.names()).toEqual(['ping', 'other'])
    expect(store.latest('nothing', 0n)).toEqual([])
  })

  it('hides earlier metrics behind one that may not be gone by', () => {
    const store = new MetricStore()
    store.add(metricOf({ value: 'good' }), 0n)
    store.add(metricOf({ value: 'bad', valid: false }), 0n)
    expect(store.latest('ping', 0n)).toEqual([])
    store.add(metricOf({ value: 'good again' }), 0n)
    store.add(metricOf({ value: 'late', expire: 5n }), 0n)
    expect(values(store.latest('ping', 4n))).toEqual(['late'])
    expect(store.latest('ping', 5n)).toEqual([])
  })

  it('keeps the last 25 of each', () => {
    const store = new MetricStore()
    for (let i = 0; i < 30; i++) store.add(metricOf({ value: String(i) }), 0n)
    const history = values(store.history('ping', PEERS[0]))
    expect(history).toHaveLength(25)
    expect([history.at(0), history.at(-1)]).toEqual(['29', '5'])
    expect(store.history('ping', PEERS[1])).toEqual([])
  })

  it('holds no more series than it may, and lets new peers in when old ones are gone', () => {
    const store = new MetricStore()
    let kept = 0
    while (kept < 100_000 && store.add(metricOf({ name: `n${kept}` }), 0n)) kept++
    expect(kept).toBeGreaterThan(5000)
    expect(kept).toBeLessThan(100_000)
    expect(store.add(metricOf({ name: 'n0', value: 'known' }), 0n)).toBe(true)
    expect(store.add(metricOf({ name: 'new' }), 50n)).toBe(false)
    expect(store.add(metricOf({ name: 'new', expire: 10_000_000_000n }), 2_000_000_000n)).toBe(true)
    expect(store.names()).toEqual(['new'])
  })

  it('holds no more text than it may: histories go before the newest', () => {
    const store = new MetricStore()
    const value = 'x'.repeat(60_000)
    const far = 10n ** 18n
    for (let i = 0; i < 40; i++) {
      const now = BigInt(i) * 1_000_000_000n
      for (let n = 0; n < 25; n++) store.add(metricOf({ name: `n${i}`, value, expire: far }), now)
    }
    expect(store.latest('n39', 0n)).toHaveLength(1)
    const text = store.names().flatMap((name) => values(store.history(name, PEERS[0])))
    expect(text.join('').length).toBeLessThanOrEqual(32 * 1024 * 1024)
    expect(store.names()).toHaveLength(40)
  })

  it('agrees with a list that is searched from its end', () => {
    const sent = fc.record({
      name: fc.constantFrom('ping', 'freespace'),
      peer: fc.constantFrom(...PEERS),
      valid: fc.boolean(),
      expire: fc.bigInt({ min: 0n, max: 20n })
    })
    fc.assert(
      fc.property(fc.array(sent), fc.bigInt({ min: 0n, max: 20n }), (list, now) => {
        const store = new MetricStore()
        const metrics = list.map((each, index) => metricOf({ ...each, value: String(index) }))
        for (const metric of metrics) store.add(metric, 0n)
        const expected = [...PEERS].sort(comparePeerIds).flatMap((peer) => {
          const newest = metrics.findLast((metric) => metric.name === 'ping' && metric.peer === peer)
          return newest !== undefined && newest.valid && newest.expire > now ? [newest] : []
        })
        expect(store.latest('ping', now)).toEqual(expected)
      })
    )
  })
})
