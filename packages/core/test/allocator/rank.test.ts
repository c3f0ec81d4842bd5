import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { MeasuredPeer } from '../../src/allocator/index.ts'
import { rankPeers } from '../../src/allocator/index.ts'
import { metric, peer } from './metrics.ts'

interface Facts {
  region: string
  room: bigint
}

function measured(n: number, { region, room }: Facts): MeasuredPeer {
  const tag = metric('tag:region', peer(n), { value: region, partitionable: true })
  return { peer: peer(n), metrics: [tag, metric('freespace', peer(n), { weight: room })] }
}

function rank(all: readonly Facts[]): number[] {
  const peers = all.map((facts, n) => measured(n, facts))
  const numberOf = new Map(peers.map((each, n) => [each.peer, n]))
  return rankPeers(peers).map((each) => numberOf.get(each) ?? -1)
}

const facts = fc.record({ region: fc.constantFrom('eu', 'us', 'asia'), room: fc.bigInt(-5n, 5n) })
const regions = fc.array(facts, { maxLength: 30 })

describe('the order of peers', () => {
  it('has nobody where nobody is', () => {
    expect(rankPeers([])).toEqual([])
  })

  it('takes groups in turn, the one with the most room first', () => {
    const [eu, us] = ['eu', 'us']
    const all = [
      { region: eu, room: 1n },
      { region: eu, room: 9n },
      { region: us, room: 3n },
      { region: us, room: 4n },
      { region: eu, room: 2n }
    ]
    expect(rank(all)).toEqual([1, 3, 4, 2, 0])
  })

  it('adds weights as int64, which wrap around', () => {
    const most = 2n ** 63n - 1n
    const all = [
      { region: 'eu', room: most },
      { region: 'eu', room: 1n },
      { region: 'us', room: 0n }
    ]
    expect(rank(all)).toEqual([2, 0, 1])
  })

  it('tells weights apart that are one number in floating point', () => {
    const all = [
      { region: 'eu', room: 2n ** 53n },
      { region: 'us', room: 2n ** 53n + 1n }
    ]
    expect(rank(all)).toEqual([1, 0])
  })

  it('has each peer once', () => {
    fc.assert(
      fc.property(regions, (all) => {
        expect(rank(all).sort((a, b) => a - b)).toEqual(all.map((_, n) => n))
      })
    )
  })

  it('never takes a region twice while another has peers that were not taken', () => {
    fc.assert(
      fc.property(regions, (all) => {
        const left = new Map<string, number>()
        for (const { region } of all) left.set(region, (left.get(region) ?? 0) + 1)
        const taken = new Map<string, number>()
        for (const n of rank(all)) {
          const region = all[n]?.region ?? ''
          for (const [other, count] of left) {
            if (count > (taken.get(other) ?? 0)) {
              expect(taken.get(region) ?? 0).toBeLessThanOrEqual(taken.get(other) ?? 0)
            }
          }
          taken.set(region, (taken.get(region) ?? 0) + 1)
        }
      })
    )
  })

  it('is the same in whatever order peers are given', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(200), { maxLength: 20 }), fc.array(facts, { minLength: 20 }), (ids, all) => {
        const peers = ids.map((id, index) => measured(id, all[index] ?? { region: 'eu', room: 0n }))
        expect(rankPeers([...peers].reverse())).toEqual(rankPeers(peers))
      })
    )
  })
})
