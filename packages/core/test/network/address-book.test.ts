import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { AddressBook } from '../../src/network/address-book.ts'

const A = '/ip4/10.0.0.1/tcp/1'
const B = '/ip4/10.0.0.2/tcp/1'

function bookAt(clock: { time: number }, random: () => number = () => 0): AddressBook {
  return new AddressBook({ ttl: 100, now: () => clock.time, random })
}

describe('AddressBook', () => {
  it('forgets in time what it heard, but not what it was given', () => {
    const clock = { time: 0 }
    const book = bookAt(clock)
    book.hear('x', [A])
    book.give('y', [B])
    clock.time = 99
    expect(book.addressesOf('x')).toEqual([A])
    clock.time = 100
    expect(book.addressesOf('x')).toEqual([])
    expect(book.addressesOf('y')).toEqual([B])
    expect(book.byPriority()).toEqual([{ peer: 'y', addresses: [B] }])
  })

  it('does not forget what it heard of a peer that matters', () => {
    const clock = { time: 0 }
    const book = bookAt(clock)
    book.keep('x')
    book.hear('x', [A])
    clock.time = 1000
    expect(book.addressesOf('x')).toEqual([A])
  })

  it('keeps the addresses of a peer that is there', () => {
    const clock = { time: 0 }
    const book = bookAt(clock)
    book.hear('x', [A])
    clock.time = 90
    book.renew('x')
    clock.time = 150
    expect(book.addressesOf('x')).toEqual([A])
  })

  it('replaces what it heard before, and shows no address twice', () => {
    const book = bookAt({ time: 0 })
    book.give('x', [A])
    book.hear('x', [A, B])
    expect(book.addressesOf('x')).toEqual([A, B])
    book.hear('x', [A])
    expect(book.addressesOf('x')).toEqual([A])
  })

  it('orders by priority, equals by chance', () => {
    const lots = [0.9, 0.1, 0.5]
    const book = bookAt({ time: 0 }, () => lots.shift() ?? 0)
    book.hear('last', [A])
    book.hear('second', [A])
    book.hear('first', [A])
    book.setPriority('last', 9999)
    expect(book.byPriority().map(({ peer }) => peer)).toEqual(['first', 'second', 'last'])
  })

  it('never holds more peers than it may, and keeps those that were given', () => {
    const book = bookAt({ time: 0 })
    book.give('given', [A])
    for (let i = 0; i < 20_000; i++) book.hear(`peer${i}`, [B])
    expect(book.byPriority().length).toBeLessThanOrEqual(10_000)
    expect(book.addressesOf('given')).toEqual([A])
    expect(book.addressesOf('peer19999')).toEqual([B])
    expect(book.addressesOf('peer0')).toEqual([])
  })

  it('shuffles without losing a peer', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string()), (peers) => {
        const book = bookAt({ time: 0 }, Math.random)
        for (const peer of peers) book.hear(peer, [A])
        expect(new Set(book.shuffled().map(({ peer }) => peer))).toEqual(new Set(peers))
      })
    )
  })
})
