import { describe, expect, it } from '@jest/globals'
import { Failures } from '../../src/monitor/index.ts'
import { metricOf, PEERS } from './metrics.ts'

describe('Failures', () => {
  it('tells once of a metric that has expired', () => {
    const failures = new Failures()
    const metric = metricOf({ expire: 10n })
    expect(failures.check([metric], 9n)).toEqual([])
    expect(failures.check([metric], 10n)).toEqual([metric])
    expect(failures.check([metric], 11n)).toEqual([])
  })

  it('tells again when it came back in between, even if no check saw it', () => {
    const failures = new Failures()
    const metric = metricOf({ expire: 10n })
    failures.check([metric], 10n)
    failures.reset(metric.name, metric.peer)
    expect(failures.check([metric], 20n)).toEqual([metric])
    failures.check([metricOf({ expire: 40n })], 30n)
    expect(failures.check([metricOf({ expire: 40n })], 40n)).toHaveLength(1)
  })

  it('tells again after very many checks', () => {
    const failures = new Failures()
    const metric = metricOf({ expire: 10n })
    let told = 0
    for (let i = 0; i < 601; i++) told += failures.check([metric], 10n).length
    expect(told).toBe(3)
  })

  it('looks at each name and peer apart, and not at what is not valid', () => {
    const failures = new Failures()
    const metrics = [
      metricOf({ expire: 1n }),
      metricOf({ expire: 1n, name: 'freespace' }),
      metricOf({ expire: 1n, peer: PEERS[1] }),
      metricOf({ expire: 1n, name: 'bad', valid: false })
    ]
    expect(failures.check(metrics, 1n)).toEqual(metrics.slice(0, 3))
  })
})
