import { beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { blockIdOf } from '@ipfs-cluster/core/blocks'
import { ASK_AGAIN_DELAY, BLOCK_PATIENCE, HEDGE_DELAY } from '../../../src/blocks/bitswap/defaults.ts'
import { Wants } from '../../../src/blocks/bitswap/wants.ts'
import type { Ask } from '../../../src/blocks/bitswap/wants.ts'
import { someCid } from '../support.ts'

const [one, two] = [someCid('one'), someCid('two')]
const id = blockIdOf(one)

/** Such as `a have`, `b block`, `c cancel`. */
function shown(asks: readonly Ask[]): string[] {
  return asks.map(({ peer, entry }) => `${peer} ${entry.cancel ? 'cancel' : entry.kind}`)
}

describe('wants', () => {
  let wants: Wants

  beforeEach(() => {
    wants = new Wants()
    for (const peer of ['a', 'b', 'c']) wants.connected(peer, 0)
  })

  it('asks all who has a block, and one of those for the block', () => {
    expect(shown(wants.add(one, 0))).toEqual(['a have', 'b have', 'c have'])
    expect(shown(wants.heard('a', id, false, 1))).toEqual([])
    expect(shown(wants.heard('b', id, true, 2))).toEqual(['b block'])
    expect(shown(wants.heard('c', id, true, 3))).toEqual([])
    expect(shown(wants.remove(id, 'b'))).toEqual(['c cancel'])
    expect(wants.size).toBe(0)
  })

  it('asks who gave the last block alone, as long as that one is quick and has it', () => {
    wants.add(one, 0)
    wants.remove(id, 'b')
    expect(shown(wants.add(two, 10))).toEqual(['b block'])
    expect(shown(wants.tick(10 + HEDGE_DELAY - 1))).toEqual([])
    expect(shown(wants.tick(10 + HEDGE_DELAY))).toEqual(['a have', 'c have'])
    wants.remove(blockIdOf(two), 'b')
    expect(shown(wants.add(one, 20))).toEqual(['b block'])
    expect(shown(wants.heard('b', id, false, 21))).toEqual(['a have', 'c have'])
  })

  it('asks the next when a peer that has the block is slow or gone', () => {
    wants.add(one, 0)
    wants.heard('a', id, true, 1)
    wants.heard('b', id, true, 2)
    wants.heard('c', id, true, 3)
    expect(shown(wants.tick(BLOCK_PATIENCE))).toEqual([])
    expect(shown(wants.tick(1 + BLOCK_PATIENCE))).toEqual(['b block'])
    expect(shown(wants.disconnected('b', 2 + BLOCK_PATIENCE))).toEqual(['c block'])
  })

  it('asks everybody again after a while, and whoever connects at once', () => {
    wants.add(one, 0)
    for (const peer of ['a', 'b', 'c']) wants.heard(peer, id, false, 1)
    expect(shown(wants.tick(ASK_AGAIN_DELAY - 1))).toEqual([])
    expect(shown(wants.connected('d', 2))).toEqual(['d have'])
    expect(shown(wants.tick(ASK_AGAIN_DELAY))).toEqual(['a have', 'b have', 'c have', 'd have'])
  })

  it('asks the only peer for the block itself', () => {
    wants.disconnected('b', 0)
    wants.disconnected('c', 0)
    expect(shown(wants.add(one, 0))).toEqual(['a block'])
  })

  it('does not listen to peers that were not asked, nor of blocks that are not wanted', () => {
    wants.add(one, 0)
    expect(wants.heard('x', id, true, 1)).toEqual([])
    expect(wants.heard('a', blockIdOf(two), true, 1)).toEqual([])
    expect(wants.remove(blockIdOf(two), 'a')).toEqual([])
  })

  it('never forgets a want: whatever happened, a peer that stays and has the block is asked for it', () => {
    const peer = fc.constantFrom('a', 'b', 'c', 'd')
    const event = fc.oneof(
      fc.record({ type: fc.constantFrom('connected' as const, 'disconnected' as const), peer }),
      fc.record({ type: fc.constant('heard' as const), peer, isThere: fc.boolean() }),
      fc.record({ type: fc.constant('wait' as const), time: fc.nat(BLOCK_PATIENCE) }),
      fc.record({ type: fc.constant('given' as const), peer })
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const all = new Wants()
        let now = 0
        all.add(two, now)
        for (const each of events) {
          if (each.type === 'wait') all.tick((now += each.time))
          else if (each.type === 'heard') all.heard(each.peer, blockIdOf(two), each.isThere, now)
          else if (each.type === 'given') {
            all.add(one, now)
            all.remove(id, each.peer)
          } else all[each.type](each.peer, now)
        }
        for (const gone of ['a', 'b', 'c', 'd']) all.disconnected(gone, now)
        const asks = all.connected('holder', now)
        // It answers that it has the block whenever it is asked, but never gives it.
        for (let i = 0; i < 200; i++) {
          const asked = asks.filter((ask) => ask.peer === 'holder' && ask.entry.cid.equals(two))
          if (asked.some(({ entry }) => entry.kind === 'block')) return
          if (asked.length > 0) asks.push(...all.heard('holder', blockIdOf(two), true, now))
          asks.push(...all.tick((now += 100)))
        }
        throw new Error('the peer was never asked for the block')
      })
    )
  })
})
