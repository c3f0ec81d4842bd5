import { describe, expect, it } from '@jest/globals'
import { Time } from '@ipfs-cluster/api'
import fc from 'fast-check'
import type { Operation, OperationEffect, OperationEvent, OperationKind } from '../../src/pintracker/operation.ts'
import { FULL_QUEUE } from '../../src/pintracker/operation.ts'
import { Operations } from '../../src/pintracker/operations.ts'

const HOUR = 3600
const LIMITS = {
  maxPinQueueSize: 2,
  concurrentPins: 1,
  concurrentUnpins: 1,
  priorityPinMaxAge: 24 * HOUR,
  priorityPinMaxRetries: 2
}

/** A machine with a clock that goes one second per event, and a log of its effects in words. */
class Script {
  readonly operations: Operations
  readonly log: string[] = []
  readonly running = new Map<string, Operation>()
  #now = 1_700_000_000

  constructor(limits: Partial<typeof LIMITS> = {}) {
    this.operations = new Operations({ ...LIMITS, ...limits })
    this.step({ type: 'opened' })
  }

  step(event: OperationEvent): OperationEffect[] {
    const effects = this.operations.step(event, new Time(++this.#now))
    for (const effect of effects) {
      const { key, kind } = effect.operation
      this.log.push(effect.type === 'changed' ? `${key} ${effect.status}` : `${effect.type} ${kind} ${key}`)
      if (effect.type === 'start') this.running.set(`${kind} ${key}`, effect.operation)
    }
    return effects
  }

  ask(kind: OperationKind, ...keys: string[]): this {
    for (const key of keys) this.step({ type: 'requested', kind, key, pinnedAt: this.#now })
    return this
  }

  settle(name: string, error?: string): this {
    const operation = this.running.get(name)!
    this.running.delete(name)
    this.step({ type: 'settled', operation, ...(error !== undefined && { error }) })
    return this
  }

  takeLog(): string[] {
    return this.log.splice(0)
  }

  statuses(): Record<string, string> {
    return Object.fromEntries([...this.operations.values()].map((each) => [each.key, statusOfOperation(each)]))
  }
}

describe('Operations', () => {
  it('starts as many as it may, the others wait their turn', () => {
    const script = new Script({ concurrentPins: 2 }).ask('pin', 'a', 'b', 'c')
    expect(script.statuses()).toEqual({ a: 'pinning', b: 'pinning', c: 'pin_queued' })
    expect(script.operations.queuedPins).toBe(1)
    script.settle('pin a')
    expect(script.statuses()).toEqual({ b: 'pinning', c: 'pinning' })
    expect(script.takeLog()).toEqual([
      ...['a pin_queued', 'a pinning', 'start pin a', 'b pin_queued', 'b pinning', 'start pin b', 'c pin_queued'],
      ...['a pinned', 'c pinning', 'start pin c']
    ])
  })

  it('does nothing before it is opened, and starts nothing after it was closed', () => {
    const operations = new Operations(LIMITS)
    const now = new Time(1)
    expect(operations.step({ type: 'requested', kind: 'pin', key: 'a', pinnedAt: 0 }, now)).toHaveLength(1)
    expect(operations.step({ type: 'opened' }, now).map(({ type }) => type)).toEqual(['changed', 'start'])
    operations.step({ type: 'closed' }, now)
    operations.step({ type: 'requested', kind: 'unpin', key: 'b', pinnedAt: 0 }, now)
    expect(statusOfOperation(operations.get('b')!)).toBe('unpin_queued')
  })

  it('fails what the queue has no room for, and takes it when there is room again', () => {
    const script = new Script().ask('pin', 'a', 'b', 'c', 'd')
    expect(script.operations.get('d')).toMatchObject({ phase: 'error', error: FULL_QUEUE, attempts: 0, priority: true })
    expect(script.takeLog().slice(-2)).toEqual(['d pin_error', 'refused pin d'])
    script.settle('pin a').ask('pin', 'd')
    expect(script.statuses()).toEqual({ b: 'pinning', c: 'pin_queued', d: 'pin_queued' })
  })

  it('lets unpins run beside pins', () => {
    const script = new Script().ask('pin', 'a', 'b').ask('unpin', 'c', 'd')
    expect(script.statuses()).toEqual({ a: 'pinning', b: 'pin_queued', c: 'unpinning', d: 'unpin_queued' })
  })

  it('cancels a waiting pin by its unpin', () => {
    const script = new Script().ask('pin', 'a', 'b').ask('unpin', 'b')
    expect(script.operations.queuedPins).toBe(0)
    expect(script.statuses()).toEqual({ a: 'pinning', b: 'unpinning' })
    expect(script.settle('unpin b').settle('pin a').statuses()).toEqual({})
  })

  it('aborts a running pin by its unpin, which starts only when that call has ended', () => {
    const script = new Script().ask('pin', 'a')
    script.takeLog()
    script.ask('unpin', 'a')
    expect(script.takeLog()).toEqual(['abort pin a', 'a unpin_queued'])
    script.ask('unpin', 'b')
    expect(script.statuses()).toEqual({ a: 'unpin_queued', b: 'unpinning' })
    script.settle('pin a', 'aborted')
    expect(script.statuses()).toEqual({ a: 'unpin_queued', b: 'unpinning' })
    script.settle('unpin b')
    expect(script.statuses()).toEqual({ a: 'unpinning' })
    expect(script.settle('unpin a').statuses()).toEqual({})
  })

  it('forgets an unpin that was held back and is no longer wanted', () => {
    const script = new Script().ask('pin', 'a').ask('unpin', 'a').ask('pin', 'a')
    expect(script.statuses()).toEqual({ a: 'pin_queued' })
    script.settle('pin a', 'aborted')
    expect(script.statuses()).toEqual({ a: 'pinning' })
    expect(script.settle('pin a').statuses()).toEqual({})
    expect(script.operations.queuedPins).toBe(0)
  })

  it('keeps what failed, with its error, and counts attempts of the same kind', () => {
    const script = new Script().ask('pin', 'a').settle('pin a', 'no provider')
    expect(script.operations.get('a')).toMatchObject({ phase: 'error', error: 'no provider', attempts: 1 })
    script.ask('pin', 'a')
    expect(script.operations.get('a')).toMatchObject({ phase: 'running', error: '', attempts: 2 })
    script.settle('pin a', 'again').ask('unpin', 'a')
    expect(script.operations.get('a')).toMatchObject({ kind: 'unpin', attempts: 1 })
  })

  it('gives way to recent pins, as long as they do not keep failing', () => {
    const script = new Script({ maxPinQueueSize: 10 }).ask('pin', 'busy')
    script.step({ type: 'requested', kind: 'pin', key: 'old', pinnedAt: 1_700_000_000 - 25 * HOUR })
    script.ask('pin', 'new')
    expect([script.operations.get('old')?.priority, script.operations.get('new')?.priority]).toEqual([false, true])
    expect(script.settle('pin busy').statuses()).toEqual({ old: 'pin_queued', new: 'pinning' })
    for (let i = 0; i < 3; i++) {
      expect(script.operations.get('new')?.priority).toBe(true)
      script.settle('pin new', 'failed').settle('pin old', 'failed').ask('pin', 'new')
      script.step({ type: 'requested', kind: 'pin', key: 'old', pinnedAt: 0 })
    }
    expect(script.operations.get('new')).toMatchObject({ priority: false, attempts: 4 })
  })

  it('runs once more what was asked for while it ran', () => {
    const script = new Script().ask('pin', 'a').ask('pin', 'a').ask('pin', 'a')
    script.settle('pin a')
    expect(script.operations.get('a')).toMatchObject({ phase: 'running', attempts: 1 })
    expect(script.settle('pin a').statuses()).toEqual({})
  })

  it('remembers no more failed unpins than its queue is long', () => {
    const script = new Script()
    for (const key of ['a', 'b', 'c', 'd']) script.ask('unpin', key).settle(`unpin ${key}`, 'no')
    expect(script.statuses()).toEqual({ c: 'unpin_error', d: 'unpin_error' })
  })

  it('shows what other peers hold as remote, whatever becomes of it', () => {
    const script = new Script().ask('remote', 'a', 'b')
    expect(script.statuses()).toEqual({ a: 'remote', b: 'remote' })
    script.settle('remote a', 'IPFS is down').settle('remote b')
    expect(script.statuses()).toEqual({ a: 'remote' })
  })

  it('does not lose, double or overload anything, whatever comes', () => {
    const keys = ['a', 'b', 'c', 'd', 'e']
    type Command = { kind: OperationKind; key: string } | { settle: number; fail: boolean }
    const command: fc.Arbitrary<Command> = fc.oneof(
      fc.record({
        kind: fc.constantFrom<OperationKind>('pin', 'unpin', 'remote'),
        key: fc.constantFrom(...keys)
      }),
      fc.record({ settle: fc.nat(4), fail: fc.boolean() })
    )
    fc.assert(
      fc.property(fc.array(command, { maxLength: 100 }), (commands) => {
        const script = new Script({ concurrentPins: 2, maxPinQueueSize: 100 })
        const wanted = new Map<string, OperationKind>()
        const settle = (at: number, fail: boolean): void => {
          const names = [...script.running.keys()]
          if (names.length > 0) script.settle(names[at % names.length]!, fail ? 'failed' : undefined)
        }
        const check = (): void => {
          const running = [...script.running.values()]
          expect(new Set(running.map(({ key }) => key)).size).toBe(running.length)
          expect(running.filter(({ kind }) => kind === 'pin').length).toBeLessThanOrEqual(2)
          expect(running.filter(({ kind }) => kind !== 'pin').length).toBeLessThanOrEqual(1)
          const queued = [...script.operations.values()].filter((each) => statusOfOperation(each) === 'pin_queued')
          expect(script.operations.queuedPins).toBe(queued.length)
        }
        for (const each of commands) {
          if ('kind' in each) {
            wanted.set(each.key, each.kind)
            script.ask(each.kind, each.key)
          } else {
            settle(each.settle, each.fail)
          }
          check()
        }
        // What is there is what was asked for last; and all of it comes to an end.
        for (const operation of script.operations.values()) expect(operation.kind).toBe(wanted.get(operation.key))
        while (script.running.size > 0) settle(0, false)
        for (const operation of script.operations.values()) expect(operation.phase).toBe('error')
      })
    )
  })
})
