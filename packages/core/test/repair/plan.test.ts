import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Copies, Holder, Standing } from '../../src/repair/plan.ts'
import { copiesToKeep, planPin, trim } from '../../src/repair/plan.ts'

function pin(allocations: string, min = 2, max = 3): Copies {
  return { allocations: [...allocations], replicationFactorMin: min, replicationFactorMax: max, type: 'pin' }
}

/** Peers are here unless something else is said of them. */
function rules(standings: Record<string, Standing> = {}, more: { repairs?: boolean; trims?: boolean } = {}) {
  return { standing: (peer: string) => standings[peer] ?? 'here', repairs: true, trims: false, ...more }
}

describe('the plan for a pin', () => {
  it.each([
    ['whose peers are all there', pin('abc'), {}, { action: 'none' }],
    ['that has its minimum without who is gone', pin('abc'), { a: 'gone' }, { action: 'none' }],
    ['with too few copies: up to the maximum', pin('abc'), { a: 'gone', b: 'gone' }, allocate(1, 2)],
    ['that has no copy left', pin('ab'), { a: 'gone', b: 'gone' }, allocate(2, 3)],
    ['whose peers are expected back', pin('ab'), { a: 'away', b: 'away' }, { action: 'none' }],
    ['that was made with too few peers', pin('a'), {}, allocate(1, 2)],
    ['of a peer that leaves: one other', pin('ab'), { a: 'leaving' }, allocate(1, 1)],
    ['of a peer that leaves, and has been replaced', pin('bcda'), { a: 'leaving' }, { action: 'trim' }],
    ['of a peer that is gone, and has been replaced', pin('bcda'), { a: 'gone' }, { action: 'trim' }],
    ['that has too many copies, for which there may be a reason', pin('abcd'), {}, { action: 'none' }],
    ['that is everywhere', pin('', -1, -1), {}, { action: 'none' }]
  ] as const)('%s', (_, each, standings, plan) => {
    expect(planPin(each, rules(standings))).toEqual(plan)
  })

  it('leaves lost copies alone where repinning is disabled, but not those of leaving peers', () => {
    const off = { repairs: false }
    expect(planPin(pin('ab'), rules({ a: 'gone', b: 'gone' }, off))).toEqual({ action: 'none' })
    expect(planPin(pin('ab'), rules({ a: 'leaving' }, off))).toEqual(allocate(1, 1))
    expect(planPin(pin('bca', 1, 2), rules({ a: 'gone' }, off))).toEqual({ action: 'none' })
  })

  it('cuts a list that is too long when it may', () => {
    expect(planPin(pin('abcd'), rules({}, { trims: true }))).toEqual({ action: 'trim' })
    expect(planPin({ ...pin('abcd'), type: 'meta-pin' }, rules({}, { trims: true }))).toEqual({ action: 'none' })
  })
})

describe('trimming', () => {
  it.each([
    ['keeps all while nobody new has the content', 'A a? b? cG dG', 2, 3, 'A a b c d'],
    ['takes those that are gone when enough have it', 'A B c? dG eG', 2, 3, 'A B c'],
    ['takes who has nothing before who has', 'A B c? D', 2, 3, 'A B D'],
    ['takes who came last of those that have it', 'A B C D', 2, 3, 'A B C'],
    ['takes one only that leaves enough copies', 'A b? c? D', 2, 3, 'A b D'],
    ['takes who leaves when others have it', 'A B C DL', 2, 3, 'A B C'],
    ['keeps who leaves as long as another one is to come', 'A B c? DL', 2, 3, 'A B c D'],
    ['does not count on peers that are away', 'aW bW C dG', 2, 3, 'a b C d']
  ])('%s', (_, text, min, max, kept) => {
    const list = holders(text)
    const listed = pin(list.map(({ peer }) => peer).join(''), min, max)
    expect(trim(listed, list, 3).join('')).toBe(kept.replaceAll(' ', ''))
  })

  const standing = fc.constantFrom<Standing>('here', 'away', 'gone', 'leaving')
  const list = fc.array(fc.record({ standing, isPinned: fc.boolean() }), { minLength: 1, maxLength: 8 }).map((all) =>
    all.map((each, n): Holder => {
      const answers = each.standing === 'here' || each.standing === 'leaving'
      return { peer: `p${n}`, standing: each.standing, isPinned: each.isPinned && answers }
    })
  )
  const factors = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 3 }))

  it('never leaves fewer live copies than are to be, nor takes what need not go', () => {
    fc.assert(
      fc.property(list, factors, (all, [min, more]) => {
        const max = min + more
        const before = pin(all.map(({ peer }) => peer).join(' '), min, max)
        const staying = all.filter(({ standing: each }) => each !== 'leaving')
        const copies = copiesToKeep(before, all.length)
        const kept = trim(before, all, copies)
        const left = all.filter(({ peer }) => kept.includes(peer))
        const taken = all.filter(({ peer }) => !kept.includes(peer))
        const live = left.filter((each) => each.isPinned && each.standing !== 'leaving').length
        expect(kept).toEqual(left.map(({ peer }) => peer))
        if (taken.some((each) => each.standing === 'leaving')) expect(live).toBeGreaterThanOrEqual(min)
        if (taken.some((each) => each.standing !== 'leaving')) expect(live).toBeGreaterThanOrEqual(min)
        expect(left.filter((each) => each.standing !== 'leaving').length).toBeGreaterThanOrEqual(
          Math.min(max, staying.length)
        )
      })
    )
  })
})

describe('trimming with less than all answers', () => {
  const peers = fc.array(
    fc.record({
      standing: fc.constantFrom<Standing>('here', 'away', 'gone', 'leaving'),
      isPinned: fc.boolean(),
      isAssumed: fc.boolean()
    }),
    { minLength: 1, maxLength: 8 }
  )

  it('takes nobody whom it would not take if more had the content', () => {
    fc.assert(
      fc.property(peers, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 3 }), (all, min, more) => {
        const actual = all.map(({ standing, isPinned }, n): Holder => ({ peer: `p${n}`, standing, isPinned }))
        const assumed = actual.map((each, n) => ({ ...each, isPinned: each.isPinned || all[n]!.isAssumed }))
        const listed = { ...pin('', min, min + more), allocations: actual.map(({ peer }) => peer) }
        const takes = (holders: readonly Holder[]): boolean => trim(listed, holders, min).length < holders.length
        if (!takes(assumed)) expect(takes(actual)).toBe(false)
      })
    )
  })
})

describe('plans, carried out one after another', () => {
  const PEERS = ['a', 'b', 'c', 'd', 'e', 'f']

  /** A cluster in which each step is carried out, and content comes one peer at a time. */
  class Model {
    readonly standings = new Map<string, Standing>(PEERS.map((peer) => [peer, 'here']))
    readonly has = new Set<string>()
    copies = 0
    pin: Copies

    constructor(pin: Copies) {
      this.pin = pin
      for (const peer of pin.allocations ?? []) this.has.add(peer)
    }

    get live(): number {
      return (this.pin.allocations ?? []).filter((peer) => this.has.has(peer) && this.answers(peer)).length
    }

    answers(peer: string): boolean {
      return ['here', 'leaving'].includes(this.standings.get(peer) ?? '')
    }

    /** @returns whether anything was done */
    step(): boolean {
      const standing = (peer: string): Standing => this.standings.get(peer) ?? 'gone'
      const plan = planPin(this.pin, {
        standing,
        repairs: true,
        trims: true,
        ...(this.copies > 0 && { copies: this.copies })
      })
      const listed = this.pin.allocations ?? []
      if (plan.action === 'none') this.copies = 0
      if (plan.action === 'allocate') {
        const found = PEERS.filter((peer) => standing(peer) === 'here' && !listed.includes(peer)).slice(0, plan.wanted)
        if (found.length === 0) return false
        const staying = listed.filter((peer) => ['here', 'away'].includes(standing(peer)))
        const isLeft = listed.some((peer) => standing(peer) === 'leaving')
        if (isLeft && this.copies === 0) {
          this.copies = copiesToKeep(this.pin, listed.filter((peer) => standing(peer) !== 'gone').length)
        }
        this.set([...staying, ...found, ...listed.filter((peer) => !staying.includes(peer))])
        return true
      }
      if (plan.action === 'trim') {
        const all = listed.map((peer) => ({
          peer,
          standing: standing(peer),
          isPinned: this.has.has(peer) && this.answers(peer)
        }))
        const copies = this.copies > 0 ? this.copies : copiesToKeep(this.pin, listed.length)
        const kept = trim(this.pin, all, copies)
        if (kept.length < listed.length) {
          this.set(kept)
          return true
        }
      }
      return this.fetch()
    }

    /** One peer gets the content, if somebody has it. */
    fetch(): boolean {
      const next = (this.pin.allocations ?? []).find((peer) => this.answers(peer) && !this.has.has(peer))
      if (next === undefined || ![...this.has].some((peer) => this.answers(peer))) return false
      this.has.add(next)
      return true
    }

    set(allocations: string[]): void {
      this.pin = { ...this.pin, allocations }
      for (const peer of this.has) if (!allocations.includes(peer) && this.answers(peer)) this.has.delete(peer)
    }
  }

  const event = fc.tuple(
    fc.constantFrom(...PEERS),
    fc.constantFrom<Standing>('here', 'here', 'gone', 'leaving', 'away')
  )

  it('end with all copies that there can be, and take none away on the way', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(event, fc.nat(4)), { maxLength: 8 }), (events) => {
        const model = new Model(pin('abc', 2, 3))
        for (const [[peer, standing], steps] of events) {
          model.standings.set(peer, standing)
          for (let n = 0; n < steps; n++) stepWithoutLoss(model)
        }
        let steps = 0
        while (stepWithoutLoss(model)) expect(++steps).toBeLessThan(100)
        const able = PEERS.filter((peer) => model.standings.get(peer) === 'here').length
        const listed = (model.pin.allocations ?? []).filter((peer) => model.standings.get(peer) === 'here').length
        expect(listed).toBeGreaterThanOrEqual(Math.min(2 - expected(model), able))
      })
    )
  })

  /** Copies that are expected back count. */
  function expected(model: Model): number {
    return (model.pin.allocations ?? []).filter((peer) => model.standings.get(peer) === 'away').length
  }

  function stepWithoutLoss(model: Model): boolean {
    const before = model.live
    const moved = model.step()
    expect(model.live).toBeGreaterThanOrEqual(Math.min(before, model.pin.replicationFactorMin))
    return moved
  }
})

function allocate(needed: number, wanted: number): unknown {
  return { action: 'allocate', needed, wanted }
}

/** `A`: here with the content, `a?`: here without, `aG` gone, `aW` away, `AL` leaving. */
function holders(text: string): Holder[] {
  return text.split(' ').map((word): Holder => {
    const peer = word.charAt(0)
    const standings: Record<string, Standing> = { G: 'gone', W: 'away', L: 'leaving' }
    const standing = standings[word.charAt(1)] ?? 'here'
    const answers = standing === 'here' || standing === 'leaving'
    return { peer, standing, isPinned: answers && peer === peer.toUpperCase() }
  })
}
