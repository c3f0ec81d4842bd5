import { afterEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { memoryDatastore } from '../../src/datastore/index.ts'
import type { Datastore } from '../../src/datastore/index.ts'
import type { PubsubMessage, Topic } from '../../src/network/index.ts'
import { parseMark, replaces, textOfMark } from '../../src/repair/mark.ts'
import type { PeerMark } from '../../src/repair/index.ts'
import { PeerMarks } from '../../src/repair/index.ts'
import { nullLogger, stopAll } from '../../src/util/index.ts'
import { until } from '../helpers/until.ts'
import { OTHER_PEER, PEER } from '../pintracker/fakes.ts'

/** One topic between some peers in memory, with the rule of who may be believed. */
class Wire {
  readonly #ends = new Map<string, { handler(message: PubsubMessage): void; accept?(from: string): boolean }>()
  readonly #listeners = new Map<string, (peer: string) => void>()

  topic(self: string): Topic {
    return {
      name: 'marks',
      publish: async (data) => {
        for (const [peer, end] of this.#ends) if (peer !== self) this.#deliver(end, self, data)
      },
      subscribe: (handler, accept) => {
        this.#ends.set(self, { handler, ...(accept && { accept }) })
        for (const [peer, listener] of this.#listeners) if (peer !== self) listener(self)
        return () => void this.#ends.delete(self)
      },
      subscribers: () => [...this.#ends.keys()].filter((peer) => peer !== self),
      onSubscriber: (listener) => {
        this.#listeners.set(self, listener)
        return () => void this.#listeners.delete(self)
      }
    }
  }

  #deliver(
    { handler, accept }: { handler(message: PubsubMessage): void; accept?(from: string): boolean },
    from: string,
    data: Uint8Array
  ): void {
    if (accept?.(from) !== false) handler({ from, data })
  }
}

const running: PeerMarks[] = []

async function start(
  wire: Wire,
  self: string,
  { datastore, trusted, now }: { datastore?: Datastore; trusted?: string[]; now?(): number } = {}
): Promise<PeerMarks> {
  const isTrusted = (peer: string): boolean => trusted?.includes(peer) ?? true
  const marks = new PeerMarks({
    logger: nullLogger,
    isTrusted,
    topic: wire.topic(self),
    ...(datastore && { datastore }),
    ...(now && { now })
  })
  running.push(marks)
  await marks.afterStart()
  return marks
}

afterEach(async () => {
  await stopAll(running.splice(0))
})

const MAINTENANCE = { peer: PEER, kind: 'maintenance', until: 0, toMinimum: false } as const

describe('marks on peers', () => {
  it('are known to all at once, and to who comes later', async () => {
    const wire = new Wire()
    const first = await start(wire, 'first')
    const second = await start(wire, 'second')
    await first.set(MAINTENANCE)
    expect(second.kindOf(PEER)).toBe('maintenance')
    await first.stop()
    const third = await start(wire, 'third')
    await until('it is told', () => third.kindOf(PEER) === 'maintenance')
    expect(third.list()).toMatchObject([MAINTENANCE])
    expect(third.fellows()).toEqual(['second'])
  })

  it('are on the disk of every peer, and one that comes with an older one learns better', async () => {
    const wire = new Wire()
    const datastore = memoryDatastore()
    await datastore.open()
    const first = await start(wire, 'first', { datastore })
    await first.set(MAINTENANCE)
    await first.stop()
    const second = await start(wire, 'second')
    await second.set({ ...MAINTENANCE, kind: 'none' })
    await second.set({ ...MAINTENANCE, kind: 'drain' })

    const again = await start(wire, 'first', { datastore })
    expect(again.kindOf(PEER)).toBe('maintenance')
    await until('it is told', () => again.kindOf(PEER) === 'drain')
    expect(second.kindOf(PEER)).toBe('drain')
  })

  it('end when their time is over, and when they are taken away', async () => {
    let time = 1000
    const marks = await start(new Wire(), 'first', { now: () => time })
    await marks.set({ ...MAINTENANCE, until: 2000 })
    expect(marks.kindOf(PEER)).toBe('maintenance')
    time = 2000
    expect(marks.kindOf(PEER)).toBe('none')
    await marks.set(MAINTENANCE)
    await marks.set({ ...MAINTENANCE, kind: 'none' })
    expect([marks.kindOf(PEER), marks.get(PEER), marks.list()]).toEqual(['none', undefined, []])
  })

  it('of peers that are not trusted do not count, nor does what cannot be read', async () => {
    const wire = new Wire()
    const marks = await start(wire, 'first', { trusted: ['friend'] })
    const text = textOfMark({ ...MAINTENANCE, at: 1 })
    await wire.topic('stranger').publish(new TextEncoder().encode(text))
    for (const bad of ['', '{', '[]', 'null', text.replace(PEER, 'x'), text.replace('maintenance', 'other')]) {
      await wire.topic('friend').publish(new TextEncoder().encode(bad))
    }
    expect(marks.list()).toEqual([])
    await wire.topic('friend').publish(new TextEncoder().encode(text))
    expect(marks.kindOf(PEER)).toBe('maintenance')
  })

  it('are bounded in number', async () => {
    const wire = new Wire()
    const marks = await start(wire, 'first')
    const friend = wire.topic('friend')
    for (let n = 0; n < 1100; n += 100) {
      const peers = Array.from({ length: 100 }, (_, i) => fakePeer(n + i))
      await friend.publish(
        new TextEncoder().encode(peers.map((peer) => textOfMark({ ...MAINTENANCE, peer, at: 1 })).join('\n'))
      )
    }
    expect(marks.list()).toHaveLength(1000)
    await expect(marks.set({ ...MAINTENANCE, peer: OTHER_PEER })).rejects.toMatchObject({ code: 'ERR_TOO_MANY_MARKS' })
  })
})

describe('a mark', () => {
  const mark = fc.record({
    peer: fc.constant(PEER),
    kind: fc.constantFrom<PeerMark['kind']>('maintenance', 'drain', 'none'),
    at: fc.nat(3),
    until: fc.nat(2),
    toMinimum: fc.boolean()
  })

  it('comes back from its text', () => {
    fc.assert(fc.property(mark, (each) => expect(parseMark(textOfMark(each))).toEqual(each)))
  })

  it('counts everywhere, whatever the order in which marks come', () => {
    fc.assert(
      fc.property(fc.array(mark, { minLength: 1 }), (marks) => {
        const last = (all: readonly PeerMark[]): PeerMark | undefined =>
          all.reduce<PeerMark | undefined>((best, each) => (replaces(each, best) ? each : best), undefined)
        expect(last([...marks].reverse())).toEqual(last(marks))
      })
    )
  })
})

/** The ID of a peer with a made-up key. */
function fakePeer(n: number): string {
  const digits = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  const middle = `${digits.charAt(n % 58)}${digits.charAt(Math.floor(n / 58) % 58)}`
  return PEER.slice(0, 30) + middle + PEER.slice(32)
}
