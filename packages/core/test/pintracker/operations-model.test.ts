import { expect, it } from '@jest/globals'
import type { TrackerStatus } from '@ipfs-cluster/api'
import { Time } from '@ipfs-cluster/api'
import fc from 'fast-check'
import { MAX_OVERFLOW } from '../../src/pintracker/defaults.ts'
import type { Operation, OperationEvent, OperationKind } from '../../src/pintracker/operation.ts'
import { Operations } from '../../src/pintracker/operations.ts'

const LIMITS = {
  maxPinQueueSize: 100,
  concurrentPins: 2,
  concurrentUnpins: 1,
  priorityPinMaxAge: 3600,
  priorityPinMaxRetries: 2,
  retry: { initial: 1000, max: 8000 }
}

type Outcome = 'well' | 'failed' | 'away'
type Command =
  | { kind: OperationKind; key: string; age: number }
  | { settle: number; outcome: Outcome }
  | { progress: number; blocks: number }
  | { pass: number }
  | { restart: true }
  | { answer: true }

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    kind: fc.constantFrom<OperationKind>('pin', 'unpin', 'remote'),
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    age: fc.constantFrom(0, 7200)
  }),
  fc.record({ settle: fc.nat(4), outcome: fc.constantFrom<Outcome>('well', 'failed', 'away') }),
  fc.record({ progress: fc.nat(4), blocks: fc.nat(20) }),
  fc.record({ pass: fc.constantFrom(1, 50, 5000, 400_000) }),
  fc.record({ restart: fc.constant(true as const) }),
  fc.record({ answer: fc.constant(true as const) })
)

/** What must be so, told by what was asked for and what the calls are; it knows nothing of queues and patience. */
class Model {
  readonly operations = new Operations(LIMITS)
  /** What was asked for last and has not been done. */
  readonly wanted = new Map<string, OperationKind>()
  /** Calls that have not settled. */
  readonly calls = new Set<Operation>()
  readonly shown = new Map<string, TrackerStatus>()
  isAway = false
  isOpen = false
  ms = 0
  readonly #chance: number

  constructor(chance: number) {
    this.#chance = chance
    this.step({ type: 'opened' })
  }

  step(event: OperationEvent): void {
    this.isOpen = event.type === 'opened' || (this.isOpen && event.type !== 'closed')
    if (event.type === 'answering') this.isAway = false
    this.ms++
    const time = new Time(1_700_000_000 + Math.floor(this.ms / 1000))
    for (const effect of this.operations.step(event, { time, ms: this.ms, chance: this.#chance })) {
      if (effect.type === 'probe') {
        expect(this.isAway).toBe(false)
        this.isAway = true
      } else if (effect.type === 'start') {
        expect({ isAway: this.isAway, isOpen: this.isOpen }).toEqual({ isAway: false, isOpen: true })
        this.calls.add(effect.operation)
      } else if (effect.type === 'abort') {
        expect(this.calls.has(effect.operation)).toBe(true)
      } else if (effect.type === 'changed') {
        this.shown.set(effect.operation.key, effect.status)
        if (this.operations.get(effect.operation.key) === undefined) this.wanted.delete(effect.operation.key)
      }
    }
    this.check()
  }

  run(each: Command): void {
    if ('kind' in each) {
      this.wanted.set(each.key, each.kind)
      const pinnedAt = 1_700_000_000 - each.age
      this.step({ type: 'requested', kind: each.kind, key: each.key, pinnedAt })
    } else if ('settle' in each) {
      this.settle(each.settle, each.outcome)
    } else if ('progress' in each) {
      const operation = [...this.calls][each.progress]
      if (operation !== undefined) this.step({ type: 'progress', operation, blocks: each.blocks })
    } else if ('pass' in each) {
      this.ms += each.pass
      this.step({ type: 'woken' })
    } else if ('restart' in each) {
      this.step({ type: 'closed' })
      this.step({ type: 'opened' })
    } else if (this.isAway) {
      this.step({ type: 'answering' })
    }
  }

  settle(at: number, outcome: Outcome): void {
    const operation = [...this.calls][at]
    if (operation === undefined) return
    this.calls.delete(operation)
    const failure = outcome === 'well' ? {} : { error: outcome, isOutage: outcome === 'away' }
    this.step({ type: 'settled', operation, ...failure })
  }

  check(): void {
    const { operations, calls } = this
    const all = [...operations.values()]
    // Nothing is lost: what was asked for last is there until it is done.
    expect(new Map(all.map(({ key, kind }) => [key, kind]))).toEqual(this.wanted)
    // Never more calls than slots, never two for one CID.
    expect([...calls].filter(({ kind }) => kind === 'pin').length).toBeLessThanOrEqual(
      LIMITS.concurrentPins * MAX_OVERFLOW
    )
    expect([...calls].filter(({ kind }) => kind !== 'pin').length).toBeLessThanOrEqual(LIMITS.concurrentUnpins)
    expect(new Set([...calls].map(({ key }) => key)).size).toBe(calls.size)
    for (const operation of all) if (operation.phase === 'running') expect(calls.has(operation)).toBe(true)
    // The counts are those of the operations.
    const counted = { pin: 0, unpin: 0, remote: 0 }
    for (const { kind, phase } of all) if (phase === 'queued') counted[kind]++
    const { pin, unpin, remote } = operations.counts
    expect({ pin: pin.queued, unpin: unpin.queued, remote: remote.queued }).toEqual(counted)
    // What waits has a reason to: all slots are taken, or nothing may be started, or its CID has an older call.
    const free = [...calls].filter(({ kind }) => kind === 'pin').length < LIMITS.concurrentPins
    if (!free || this.isAway || !this.isOpen) return
    for (const { key, kind, phase } of all) {
      if (kind === 'pin' && phase === 'queued') expect([...calls].some((call) => call.key === key)).toBe(true)
    }
  }
}

it('does not lose, double, overload or forget anything, whatever comes', () => {
  fc.assert(
    fc.property(
      fc.array(command, { maxLength: 80 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (commands, chance) => {
        const model = new Model(chance)
        for (const each of commands) model.run(each)
        // Left alone on a node that works, all of it comes to an end by itself.
        if (model.isAway) model.step({ type: 'answering' })
        for (let i = 0; model.operations.values().next().done === false; i++) {
          expect(i).toBeLessThan(1000)
          if (model.calls.size > 0) model.settle(0, 'well')
          else model.run({ pass: 8000 })
        }
        expect(model.calls.size === 0 || [...model.calls].every(({ key }) => !model.wanted.has(key))).toBe(true)
        const { pin, unpin, remote } = model.operations.counts
        expect([pin, unpin, remote]).toEqual(Array(3).fill({ queued: 0, running: 0, error: 0 }))
      }
    ),
    { numRuns: 300 }
  )
})
