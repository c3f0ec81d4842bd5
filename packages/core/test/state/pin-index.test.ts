import { describe, expect, it } from '@jest/globals'
import { PinTypeBits, Time } from '@ipfs-cluster/api'
import type { Pin, PinType } from '@ipfs-cluster/api'
import { encodePin, pinKey } from '@ipfs-cluster/core/codec'
import { memoryDatastore } from '@ipfs-cluster/core/datastore'
import type { Datastore } from '@ipfs-cluster/core/datastore'
import { PinIndex, creationTime, datastorePinState } from '@ipfs-cluster/core/state'
import type { CreationListOptions, PinState } from '@ipfs-cluster/core/state'
import { nullLogger } from '@ipfs-cluster/core/util'
import fc from 'fast-check'
import { someCid } from '../blocks/support.ts'
import { PEER_A, PEER_B, pinOf } from '../consensus/crdt/helpers.ts'

const TYPES: PinType[] = ['pin', 'meta-pin', 'clusterdag-pin', 'shard-pin']
const HOUR = 3600

/** Pins with their index, and the same pins in a plain map. */
class IndexedPins {
  readonly state: PinState
  readonly pins = new Map<string, Pin>()
  readonly datastore: Datastore = memoryDatastore()
  readonly #index = new PinIndex('/i/')

  constructor() {
    const init = { prefix: '/r/', suffix: '', index: this.#index, count: () => this.pins.size }
    this.state = datastorePinState(init)({ datastore: this.datastore, logger: nullLogger })
  }

  /** Puts a pin, or takes it away when there is none. All at once, as in one transaction. */
  async change(...changes: readonly (readonly [n: number, pin: Pin | undefined])[]): Promise<void> {
    const last = new Map(changes.map(([n, pin]) => [pinKey(someCid(String(n))), pin]))
    const full = [...last].map(([key, pin]) => {
      const old = this.pins.get(key)
      return { key, before: old && encodePin(old), after: pin && encodePin(pin) }
    })
    await this.datastore.batch(await this.#index.writesFor(full, this.datastore))
    for (const { key, after } of full) {
      const pin = last.get(key)
      if (pin === undefined) this.pins.delete(key)
      else this.pins.set(key, pin)
      await this.datastore.batch([
        after === undefined ? { type: 'del', key: `/r/${key}` } : { type: 'put', key: `/r/${key}`, value: after }
      ])
    }
  }

  /** What a listing should give. */
  expected({ types = 0, before = Infinity, after = -Infinity, order, behind }: CreationListOptions): string[] {
    const all = [...this.pins]
      .filter(([, { type }]) => types === 0 || (PinTypeBits[type] & types) !== 0)
      .map(([key, { timestamp }]) => ({ key, created: creationTime(key, timestamp).toMilliseconds() }))
      .filter(({ created }) => created < before && created > after)
      .sort((a, b) => a.created - b.created || (a.key < b.key ? -1 : 1))
    if (order !== 'oldest') all.reverse()
    const start = behind === undefined ? 0 : all.findIndex(({ key }) => key === behind.key) + 1
    return all.slice(start).map(({ key }) => key)
  }

  perPeer(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const { type, allocations } of this.pins.values()) {
      for (const peer of type === 'pin' ? (allocations ?? []) : []) counts.set(peer, (counts.get(peer) ?? 0) + 1)
    }
    return counts
  }

  async listed(options: CreationListOptions): Promise<string[]> {
    return (await Array.fromAsync(this.state.listByCreation(options))).flat().map(({ key }) => key)
  }
}

function pin(n: number, seconds: number, type: PinType = 'pin', allocations: string[] = []): Pin {
  return { ...pinOf(someCid(String(n)), `pin ${n}`), type, allocations, timestamp: new Time(seconds) }
}

/** Close together and far apart, and times that nobody expects. */
const seconds = fc.oneof(
  fc.integer({ min: 1_795_253_800, max: 1_795_253_810 }),
  fc.integer({ min: 1_700_000_000, max: 1_800_000_000 }),
  fc.constantFrom(1, -1, Time.ZERO.seconds, 4_294_967_296)
)
const change = fc.record({
  n: fc.nat(30),
  seconds: fc.option(seconds, { nil: undefined }),
  type: fc.constantFrom(...TYPES),
  peers: fc.subarray([PEER_A, PEER_B])
})
const bound = fc.option(
  seconds.chain((at) => fc.double({ min: at * 1000 - 2000, max: at * 1000 + 2000, noNaN: true })),
  { nil: undefined }
)

describe('the index of a pinset', () => {
  it('lists and counts what the pinset has, whatever became of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(change, { maxLength: 8 }), { maxLength: 12 }),
        fc.array(fc.record({ before: bound, after: bound }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom('newest' as const, 'oldest' as const),
        fc.constantFrom(0, PinTypeBits.pin, PinTypeBits['meta-pin'] | PinTypeBits['shard-pin']),
        async (batches, ranges, order, types) => {
          const pins = new IndexedPins()
          await pins.datastore.open()
          for (const batch of batches) {
            await pins.change(
              ...batch.map(
                ({ n, seconds: at, type, peers }) =>
                  [n, at === undefined ? undefined : pin(n, at, type, peers)] as const
              )
            )
          }
          for (const { before, after } of ranges) {
            const range = { ...(before !== undefined && { before }), ...(after !== undefined && { after }) }
            const wanted = pins.expected({ ...range, order, types })
            expect(await pins.listed({ ...range, order, types })).toEqual(wanted)
            expect(await pins.state.countByCreation(range)).toBe(
              pins.expected({ ...range, types: PinTypeBits.pin }).length
            )
          }
          const places = await pins.state.placesOf([...pins.pins.keys(), 'NONE'])
          const listed = (await Array.fromAsync(pins.state.listByCreation({ types: PinTypeBits.pin }))).flat()
          expect(new Map(places.map(({ key, created }) => [key, created]))).toEqual(
            new Map(listed.map(({ key, created }) => [key, created]))
          )
          expect(await pins.state.pinsPerPeer()).toEqual(pins.perPeer())
          await pins.datastore.close()
        }
      ),
      { numRuns: 200 }
    )
  })

  it.each(['newest', 'oldest'] as const)('goes on behind any pin, %s first', async (order) => {
    const pins = new IndexedPins()
    await pins.datastore.open()
    await pins.change(...Array.from({ length: 40 }, (_, n) => [n, pin(n, 1_795_253_800 + (n % 3))] as const))
    for (const [key, { timestamp }] of pins.pins) {
      const behind = { key, created: creationTime(key, timestamp).toMilliseconds() }
      expect(await pins.listed({ order, behind })).toEqual(pins.expected({ order, behind }))
    }
    await pins.datastore.close()
  })

  it('passes over pins that are gone or others by the time they are read', async () => {
    const pins = new IndexedPins()
    await pins.datastore.open()
    await pins.change([0, pin(0, HOUR)], [1, pin(1, 2 * HOUR)], [2, pin(2, 3 * HOUR)])
    const [first, second] = [0, 1].map((n) => pinKey(someCid(String(n))))
    await pins.datastore.batch([
      { type: 'del', key: `/r/${first!}` },
      { type: 'put', key: `/r/${second!}`, value: encodePin(pin(1, 9 * HOUR)) }
    ])
    expect(await pins.listed({})).toEqual([pinKey(someCid('2'))])
    await pins.datastore.close()
  })

  it('reads no more than is asked for', async () => {
    const pins = new IndexedPins()
    await pins.datastore.open()
    await pins.change(...Array.from({ length: 500 }, (_, n) => [n, pin(n, n * HOUR)] as const))
    let read = 0
    const counted = new Proxy(pins.datastore, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name)
        if (name !== 'getMany') return typeof value === 'function' ? (value.bind(target) as unknown) : value
        return (keys: readonly string[]) => {
          read += keys.length
          return target.getMany(keys)
        }
      }
    })
    const init = { prefix: '/r/', suffix: '', index: new PinIndex('/i/'), count: () => 500 }
    const state = datastorePinState(init)({ datastore: counted, logger: nullLogger })
    for await (const [newest] of state.listByCreation()) {
      expect(newest?.key).toBe(pinKey(someCid('499')))
      break
    }
    expect(await state.countByCreation({ after: 400 * HOUR * 1000 })).toBe(100)
    expect(read).toBeLessThanOrEqual(100)
    await pins.datastore.close()
  })
})
