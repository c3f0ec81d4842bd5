import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Delta } from '../../../src/consensus/crdt/delta.ts'
import { mergeDelta } from '../../../src/consensus/crdt/merge.ts'
import type { History, Merge, SetView, Winner } from '../../../src/consensus/crdt/merge.ts'

/** A set in memory that a merge can be applied to. */
class MemorySet implements SetView {
  readonly current = new Map<string, Winner>()
  readonly #histories = new Map<string, { elements: Set<string>; tombstones: Set<string> }>()
  readonly #deltas = new Map<string, Delta>()

  async merge(id: string, delta: Delta): Promise<Merge> {
    const merge = await mergeDelta(delta, id, this)
    this.#deltas.set(id, delta)
    for (const key of merge.elements) this.#of(key).elements.add(id)
    for (const tombstone of merge.tombstones) this.#of(tombstone.key).tombstones.add(tombstone.id)
    for (const { key, winner, existed } of merge.changes) {
      expect(existed).toBe(this.current.has(key))
      if (winner === undefined) this.current.delete(key)
      else this.current.set(key, winner)
    }
    return merge
  }

  async priorities(keys: readonly string[]): Promise<(number | undefined)[]> {
    return keys.map((key) => this.current.get(key)?.priority)
  }

  async value(key: string): Promise<Uint8Array | undefined> {
    return this.current.get(key)?.value
  }

  async histories(keys: readonly string[]): Promise<History[]> {
    return keys.map((key) => this.#of(key))
  }

  async areTombstoned(keys: readonly string[], id: string): Promise<boolean[]> {
    return keys.map((key) => this.#of(key).tombstones.has(id))
  }

  async delta(id: string): Promise<Delta> {
    return this.#deltas.get(id)!
  }

  #of(key: string): { elements: Set<string>; tombstones: Set<string> } {
    const history = this.#histories.get(key) ?? { elements: new Set(), tombstones: new Set() }
    this.#histories.set(key, history)
    return history
  }
}

type NamedDelta = Delta & { id: string }

/** What the set must be, from all deltas at once: no order in it. */
function expected(deltas: readonly NamedDelta[]): Record<string, [string, number]> {
  const removed = new Set(deltas.flatMap(({ tombstones }) => tombstones.map(({ key, id }) => `${key} ${id}`)))
  const best: Record<string, [string, number]> = {}
  for (const { id, elements, priority } of deltas) {
    for (const [key, value] of new Map(elements.map((element) => [element.key, hex(element.value)]))) {
      const [bestValue = '', bestPriority = -1] = best[key] ?? []
      const wins = priority > bestPriority || (priority === bestPriority && value > bestValue)
      if (!removed.has(`${key} ${id}`) && wins) best[key] = [value, priority]
    }
  }
  return best
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const contents = (set: MemorySet): Record<string, [string, number]> =>
  Object.fromEntries([...set.current].map(([key, { value, priority }]) => [key, [hex(value), priority]]))

const key = fc.constantFrom('K1', 'K2', 'K1/x')
const idOf = (n: number): string => `CIQ${n}`
const delta = fc.record({
  elements: fc.array(fc.record({ key, value: fc.uint8Array({ minLength: 1, maxLength: 2 }) }), { maxLength: 3 }),
  tombstones: fc.array(fc.record({ key, id: fc.nat(7).map(idOf) }), { maxLength: 4 }),
  priority: fc.integer({ min: 1, max: 3 })
})
const deltas = fc
  .array(delta, { minLength: 1, maxLength: 8 })
  .map((all): NamedDelta[] => all.map((one, n) => ({ ...one, id: idOf(n) })))

describe('mergeDelta', () => {
  it('leads to the set that all deltas together make, in any order', async () => {
    await fc.assert(
      fc.asyncProperty(
        deltas.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        async ([all, order]) => {
          const set = new MemorySet()
          for (const { id, ...one } of order) await set.merge(id, one)
          expect(contents(set)).toEqual(expected(all))
        }
      ),
      { numRuns: 1000 }
    )
  })

  it('changes nothing when a delta is merged once more', async () => {
    await fc.assert(
      fc.asyncProperty(deltas, fc.nat(), async (all, pick) => {
        const set = new MemorySet()
        for (const { id, ...one } of all) await set.merge(id, one)
        const before = contents(set)
        const { id, ...again } = all[pick % all.length]!
        const { changes } = await set.merge(id, again)
        expect(contents(set)).toEqual(before)
        expect(changes).toEqual([])
      }),
      { numRuns: 500 }
    )
  })

  it('reports exactly the keys whose value became another one', async () => {
    await fc.assert(
      fc.asyncProperty(deltas, async (all) => {
        const set = new MemorySet()
        for (const { id, ...one } of all) {
          const before = contents(set)
          const { changes } = await set.merge(id, one)
          const after = contents(set)
          const differing = ['K1', 'K2', 'K1/x'].filter(
            (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])
          )
          expect(changes.map((change) => change.key).sort()).toEqual(differing.sort())
        }
      }),
      { numRuns: 500 }
    )
  })
})
