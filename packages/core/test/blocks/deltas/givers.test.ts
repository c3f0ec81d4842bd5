import { describe, expect, it } from '@jest/globals'
import { MAX_SINGLE_BLOCKS, USELESS_PEER_PAUSE } from '../../../src/blocks/deltas/defaults.ts'
import { Givers } from '../../../src/blocks/deltas/givers.ts'

/** Single blocks until a peer is asked again that had nothing. */
function blocksUntilAsked(givers: Givers): number {
  givers.gaveStretch('a', 0, 0)
  expect(givers.choose(['a'], 'a', 0)).toBeUndefined()
  for (let count = 1; ; count++) {
    givers.gaveBlock('a')
    if (givers.choose(['a'], 'a', 0) === 'a') return count
  }
}

describe('Givers', () => {
  it('prefers who is preferred, and goes on to others', () => {
    const givers = new Givers()
    expect(givers.choose(['a', 'b'], 'b', 0)).toBe('b')
    expect(givers.choose(['a', 'b'], 'c', 0)).toBe('a')
    givers.failed('b', 0)
    expect(givers.choose(['a', 'b'], 'b', 0)).toBe('a')
    expect(givers.choose([], 'b', 0)).toBeUndefined()
  })

  it('leaves who failed alone for a while, whatever it gives', () => {
    const givers = new Givers()
    givers.failed('a', 0)
    for (let i = 0; i < 1000; i++) givers.gaveBlock('a')
    expect(givers.choose(['a'], 'a', USELESS_PEER_PAUSE)).toBeUndefined()
    expect(givers.choose(['a'], 'a', USELESS_PEER_PAUSE + 1)).toBe('a')
  })

  it('asks who had nothing again, after more and more blocks, until it pays', () => {
    const givers = new Givers()
    expect(Array.from({ length: 8 }, () => blocksUntilAsked(givers))).toEqual([
      1,
      2,
      4,
      8,
      16,
      32,
      64,
      MAX_SINGLE_BLOCKS
    ])
    givers.gaveStretch('a', MAX_SINGLE_BLOCKS, 0)
    expect(blocksUntilAsked(givers)).toBe(MAX_SINGLE_BLOCKS)
    givers.gaveStretch('a', MAX_SINGLE_BLOCKS + 1, 0)
    expect(blocksUntilAsked(givers)).toBe(1)
  })
})
