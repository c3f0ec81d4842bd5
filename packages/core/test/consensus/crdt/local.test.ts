import { Time } from '@ipfs-cluster/api'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { encodePin } from '../../../src/codec/index.ts'
import { encodeDelta } from '../../../src/consensus/crdt/delta.ts'
import type { Delta } from '../../../src/consensus/crdt/delta.ts'
import { deltasFor } from '../../../src/consensus/crdt/local.ts'
import type { Change } from '../../../src/consensus/crdt/local.ts'
import { testCid, testPin } from '../../pintracker/fakes.ts'

const MEBIBYTE = 1024 * 1024

async function deltasOf(
  changes: readonly Change[],
  stored: Record<string, string[]> = {},
  value?: Uint8Array
): Promise<Omit<Delta, 'priority'>[]> {
  const view = {
    histories: async (keys: readonly string[]) =>
      keys.map((key) => ({ elements: new Set(stored[key]), tombstones: new Set(['GONE']) })),
    value: async () => value
  }
  return Array.fromAsync(deltasFor(changes, view))
}

const add = (key: string, value: string): Change => ({ type: 'add', key, value: Buffer.from(value) })
const remove = (key: string): Change => ({ type: 'remove', key })

describe('deltasFor', () => {
  it('makes one delta of what a group asks for', async () => {
    const changes = [add('A', '1'), add('B', '2'), remove('C')]
    expect(await deltasOf(changes, { C: ['X', 'GONE', 'Y'] })).toEqual([
      {
        elements: [
          { key: 'A', value: Buffer.from('1') },
          { key: 'B', value: Buffer.from('2') }
        ],
        tombstones: [
          { key: 'C', id: 'X' },
          { key: 'C', id: 'Y' }
        ]
      }
    ])
  })

  it('makes nothing of changes that change nothing', async () => {
    expect(await deltasOf([])).toEqual([])
    expect(await deltasOf([remove('A'), add('B', '1'), remove('B')], { A: ['GONE'] })).toEqual([])
  })

  it('does for each key what the last change of it asks for', async () => {
    const change = fc.oneof(
      fc
        .record({ key: fc.constantFrom('A', 'B'), value: fc.constantFrom('1', '2') })
        .map(({ key, value }) => add(key, value)),
      fc.constantFrom('A', 'B').map(remove)
    )
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 8 }), async (changes) => {
        const [delta = { elements: [], tombstones: [] }] = await deltasOf(changes, { A: ['X'], B: ['X'] })
        for (const key of ['A', 'B']) {
          const ofKey = changes.filter((one) => one.key === key)
          const last = ofKey.at(-1)
          const elements = delta.elements.filter((element) => element.key === key)
          expect(elements.map(({ value }) => value)).toEqual(last?.type === 'add' ? [last.value] : [])
          expect(delta.tombstones.some((tombstone) => tombstone.key === key)).toBe(
            ofKey.some(({ type }) => type === 'remove')
          )
        }
      })
    )
  })

  it('removes what is to go when it has expired only if that is still so when its turn comes', async () => {
    const expiring = (seconds: number): Uint8Array => encodePin(testPin(testCid(1), { expireAt: new Time(seconds) }))
    const removal: Change = { type: 'remove', key: 'A', expiredBy: new Time(2000) }
    const stored = { A: ['X'] }
    const isRemoved = async (changes: Change[], value?: Uint8Array): Promise<boolean> =>
      (await deltasOf(changes, stored, value)).some(({ tombstones }) => tombstones.length > 0)
    expect(await isRemoved([removal], expiring(1000))).toBe(true)
    expect(await isRemoved([removal], expiring(3000))).toBe(false)
    expect(await isRemoved([removal])).toBe(false)
    expect(await isRemoved([removal], Buffer.from('no pin'))).toBe(false)
    const extended: Change = { type: 'add', key: 'A', value: expiring(3000) }
    const [delta] = await deltasOf([extended, removal], stored, expiring(1000))
    expect(delta).toEqual({ elements: [{ key: 'A', value: extended.value }], tombstones: [] })
    const shortened: Change = { type: 'add', key: 'A', value: expiring(1500) }
    expect(await isRemoved([extended, shortened, removal], expiring(3000))).toBe(true)
    expect(await isRemoved([remove('A'), removal], expiring(3000))).toBe(true)
  })

  it('adds what is to replace a pin only if that one still stands there when its turn comes', async () => {
    const named = (name: string): Uint8Array => encodePin(testPin(testCid(1), { name }))
    const stored = { A: ['X'] }
    const change: Change = { type: 'add', key: 'A', value: named('repaired'), replaces: named('as read') }
    const added = async (changes: Change[], value?: Uint8Array): Promise<unknown> =>
      (await deltasOf(changes, stored, value)).flatMap(({ elements }) => elements.map((element) => element.value))
    expect(await added([change], named('as read'))).toEqual([change.value])
    expect(await added([change], named('changed'))).toEqual([])
    expect(await added([change])).toEqual([])
    expect(await added([change], Buffer.from('no pin'))).toEqual([])
    const changed: Change = { type: 'add', key: 'A', value: named('changed') }
    expect(await added([changed, change], named('as read'))).toEqual([changed.value])
    expect(await added([remove('A'), change], named('as read'))).toEqual([])
    // Fields that nobody knows, and other ways to write the same, come from other programs.
    const foreign = Buffer.concat([named('as read'), Buffer.from([0xf8, 0x07, 1])])
    expect(await added([change], foreign)).toEqual([change.value])
  })

  it('splits at one MiB, and leaves a larger change alone', async () => {
    const changes = Array.from({ length: 5000 }, (_, i) => add(`KEY${i}`, 'x'.repeat(600)))
    changes.push(add('HUGE', 'y'.repeat(2 * MEBIBYTE)), add('LAST', 'z'))
    const deltas = await deltasOf(changes)
    const sizes = deltas.map((delta) => encodeDelta({ ...delta, priority: 2 ** 40 }).length)
    expect(deltas.flatMap(({ elements }) => elements.map(({ key }) => key))).toEqual(changes.map(({ key }) => key))
    expect(sizes.filter((size) => size > MEBIBYTE)).toHaveLength(1)
    expect(deltas.at(-2)?.elements.map(({ key }) => key)).toEqual(['HUGE'])
    expect(deltas).toHaveLength(5)
  })
})
