import { describe, expect, it } from '@jest/globals'
import type { MarkKind } from '../../src/repair/index.ts'
import { Presence } from '../../src/repair/presence.ts'

function presence(marks: Record<string, MarkKind> = {}): Presence {
  return new Presence({ after: 100, unheardAfter: 500 }, (peer) => marks[peer] ?? 'none')
}

describe('the presence of peers', () => {
  it('counts a peer as gone when it has been silent for too long, and as back at once', () => {
    const peers = presence()
    peers.update('me', ['a', 'b'], 0)
    expect(peers.standing('a', 0)).toBe('here')
    peers.update('me', ['b'], 10)
    expect([peers.standing('a', 109), peers.standing('a', 110)]).toEqual(['away', 'gone'])
    expect(peers.gone(110)).toEqual(['a'])
    expect(peers.goneFor('a', 150)).toBe(40)
    expect(peers.update('me', ['a', 'b'], 200)).toEqual(['a'])
    expect(peers.standing('a', 200)).toBe('here')
    expect(['a', 'b', 'me'].map((peer) => peers.hasReturned(peer))).toEqual([true, false, true])
    peers.update('me', ['a', 'b'], 24 * 60 * 60 * 1000)
    expect(peers.hasReturned('a')).toBe(false)
  })

  it('gives a peer that was never heard more time, and all of it while nobody is heard', () => {
    const peers = presence()
    peers.update('me', [], 0)
    expect([peers.standing('a', 0), peers.standing('a', 10_000)]).toEqual(['away', 'away'])
    peers.update('me', ['b'], 10_000)
    expect(peers.standing('a', 10_000)).toBe('gone')
    expect([peers.standing('c', 10_000), peers.standing('c', 10_499), peers.standing('c', 10_500)]).toEqual([
      'away',
      'away',
      'gone'
    ])
  })

  it('heeds marks: under maintenance a peer is never gone, and one that is drained leaves', () => {
    const peers = presence({ a: 'maintenance', b: 'drain' })
    peers.update('me', ['a', 'b'], 0)
    expect([peers.standing('a', 0), peers.standing('b', 0)]).toEqual(['here', 'leaving'])
    peers.update('me', [], 0)
    expect([peers.standing('a', 10_000), peers.standing('b', 10_000)]).toEqual(['away', 'gone'])
  })
})
