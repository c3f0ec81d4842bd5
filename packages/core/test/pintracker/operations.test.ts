import { describe, expect, it } from '@jest/globals'
import { Time } from '@ipfs-cluster/api'
import {
  MAX_BREAKS,
  MAX_OVERFLOW,
  PATIENCE,
  PATIENT_TURN_INTERVAL,
  UNUSUAL_AT_FIRST
} from '../../src/pintracker/defaults.ts'
import type { Operation, OperationEffect, OperationEvent, OperationKind } from '../../src/pintracker/operation.ts'
import { FULL_QUEUE } from '../../src/pintracker/operation.ts'
import { Operations } from '../../src/pintracker/operations.ts'

const HOUR = 3600
const LIMITS = {
  maxPinQueueSize: 2,
  concurrentPins: 1,
  concurrentUnpins: 1,
  priorityPinMaxAge: 24 * HOUR,
  priorityPinMaxRetries: 2,
  retry: { initial: 30_000, max: 3_600_000 }
}

/** A machine with a clock that goes a millisecond per event unless told otherwise, and a log of its effects in words. */
class Script {
  readonly operations: Operations
  readonly log: string[] = []
  readonly running = new Map<string, Operation>()
  ms = 0
  tick = 1

  constructor(limits: Partial<typeof LIMITS> = {}) {
    this.operations = new Operations({ ...LIMITS, ...limits })
    this.step({ type: 'opened' })
  }

  get seconds(): number {
    return 1_700_000_000 + Math.floor(this.ms / 1000)
  }

  step(event: OperationEvent): OperationEffect[] {
    this.ms += this.tick
    const effects = this.operations.step(event, { time: new Time(this.seconds), ms: this.ms, chance: 0 })
    for (const effect of effects) {
      if (effect.type === 'probe') {
        this.log.push(`probe after ${effect.delay}`)
        continue
      }
      const { key, kind } = effect.operation
      this.log.push(effect.type === 'changed' ? `${key} ${effect.status}` : `${effect.type} ${kind} ${key}`)
      if (effect.type === 'start') this.running.set(`${kind} ${key}`, effect.operation)
    }
    return effects
  }

  ask(kind: OperationKind, ...keys: string[]): this {
    for (const key of keys) this.step({ type: 'requested', kind, key, pinnedAt: this.seconds })
    return this
  }

  settle(name: string, error?: string, isOutage: boolean = false): this {
    const operation = this.running.get(name)!
    this.running.delete(name)
    this.step({ type: 'settled', operation, isOutage, ...(error !== undefined && { error }) })
    return this
  }

  progress(name: string, blocks: number): this {
    this.step({ type: 'progress', operation: this.running.get(name)!, blocks })
    return this
  }

  /** Time passes, and the machine is woken when it asked for it. */
  pass(milliseconds: number): this {
    const end = this.ms + milliseconds
    for (let next = this.operations.nextWake; next !== undefined && next <= end; next = this.operations.nextWake) {
      this.ms = Math.max(this.ms, next - this.tick)
      this.step({ type: 'woken' })
    }
    this.ms = Math.max(this.ms, end)
    return this
  }

  takeLog(): string[] {
    return this.log.splice(0)
  }

  statuses(): Record<string, string> {
    const { operations } = this
    return Object.fromEntries([...operations.values()].map((each) => [each.key, operations.view(each).status]))
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
    const now = { time: new Time(1), ms: 1, chance: 0 }
    expect(operations.step({ type: 'requested', kind: 'pin', key: 'a', pinnedAt: 0 }, now)).toHaveLength(1)
    expect(operations.step({ type: 'opened' }, now).map(({ type }) => type)).toEqual(['changed', 'start'])
    operations.step({ type: 'closed' }, now)
    operations.step({ type: 'requested', kind: 'unpin', key: 'b', pinnedAt: 0 }, now)
    expect(operations.view(operations.get('b')!).status).toBe('unpin_queued')
  })

  it('fails what the queue has no room for, and takes it when there is room again', () => {
    const script = new Script().ask('pin', 'a', 'b', 'c', 'd')
    expect(script.operations.get('d')).toMatchObject({ phase: 'error', error: FULL_QUEUE, attempts: 0, priority: true })
    expect(script.takeLog().slice(-2)).toEqual(['d pin_error', 'refused pin d'])
    script.settle('pin a').ask('pin', 'd')
    expect(script.statuses()).toEqual({ b: 'pinning', c: 'pin_queued', d: 'pin_queued' })
  })

  it('says whether its queue has a place, and when half of it is free again', () => {
    const script = new Script({ maxPinQueueSize: 4 })
    const room = (): boolean[] => [script.operations.hasPlace, script.operations.isHalfFree]
    expect(room()).toEqual([true, true])
    expect([script.ask('pin', 'a', 'b', 'c', 'd'), room()][1]).toEqual([true, false])
    expect([script.ask('pin', 'e'), room()][1]).toEqual([false, false])
    expect([script.settle('pin a'), room()][1]).toEqual([true, false])
    expect([script.settle('pin b'), room()][1]).toEqual([true, true])
    expect([script.settle('pin c', 'away', true), room()][1]).toEqual([true, false])
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
    expect(script.operations.get('a')).toMatchObject({ phase: 'running', error: 'no provider', attempts: 2 })
    expect(script.operations.view(script.operations.get('a')!)).toMatchObject({ status: 'pinning', error: '' })
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
})

describe('a silent pin', () => {
  /** As many calls as there may be, all silent: the first dead, the others let in by those before them. */
  const crowded = (...waiting: string[]): Script => {
    const script = new Script({ maxPinQueueSize: 1000 }).ask('pin', 'dead', 'dead2', 'dead3', 'dead4', ...waiting)
    script.pass(UNUSUAL_AT_FIRST).pass(UNUSUAL_AT_FIRST)
    expect(script.running.size).toBe(MAX_OVERFLOW)
    return script
  }

  it('lets others in before anything is known', () => {
    const script = new Script({ maxPinQueueSize: 10 }).ask('pin', 'dead', 'good')
    script.takeLog()
    expect(script.pass(UNUSUAL_AT_FIRST).takeLog()).toEqual(['good pinning', 'start pin good'])
  })

  it('gives its place to one that waits, and goes on behind it without counting as tried again', () => {
    const script = crowded('good')
    script.takeLog()
    script.pass(PATIENCE.initial - UNUSUAL_AT_FIRST)
    expect(script.takeLog()).toEqual(['abort pin dead'])
    expect(script.settle('pin dead', 'aborted').statuses()).toMatchObject({ dead: 'pin_queued', good: 'pinning' })
    expect(script.operations.get('dead')).toMatchObject({ attempts: 1, turnsLost: 1, error: '' })
    expect(script.settle('pin good').statuses()).toMatchObject({ dead: 'pinning' })
    expect(script.operations.get('dead')).toMatchObject({ attempts: 1 })
    expect(script.settle('pin dead', 'no provider').operations.get('dead')).toMatchObject({ attempts: 1, turnsLost: 0 })
  })

  it('keeps its slot when nobody waits', () => {
    const script = new Script().ask('pin', 'dead').pass(HOUR * 1000)
    expect(script.takeLog()).not.toContain('abort pin dead')
    expect(script.operations.nextWake).toBeUndefined()
  })

  it('holds its slot while blocks come, and none when they stop coming', () => {
    const script = new Script().ask('pin', 'large').pass(10).progress('pin large', 1).ask('pin', 'next')
    for (let i = 2; i < 10; i++) script.pass(PATIENCE.afterProgress - 100).progress('pin large', i)
    expect(script.statuses()).toMatchObject({ large: 'pinning' })
    expect(script.operations.get('large')).toMatchObject({ blocks: 9 })
    script.takeLog()
    expect(script.pass(PATIENCE.afterProgress).takeLog()).toEqual(['next pinning', 'start pin next'])
  })

  it('gives way also to those that have been silent, in longer and longer turns, and in the end to none', () => {
    const script = crowded('dead5')
    const starts = new Map([...script.running.keys()].map((name) => [name, 0]))
    const turns = new Map<string, number[]>()
    for (let next = script.operations.nextWake; next !== undefined; next = script.operations.nextWake) {
      script.pass(next - script.ms)
      for (let log = script.takeLog(); log.length > 0; log = script.takeLog()) {
        for (const [effect = '', ...words] of log.map((line) => line.split(' '))) {
          const name = words.join(' ')
          if (effect === 'start') starts.set(name, script.ms)
          if (effect !== 'abort') continue
          turns.set(name, [...(turns.get(name) ?? []), Math.round((script.ms - (starts.get(name) ?? 0)) / 1000)])
          script.settle(name, 'aborted')
        }
      }
    }
    expect(turns.size).toBe(MAX_OVERFLOW + 1)
    for (const each of turns.values()) expect(each).toEqual([1, 2, 4, 8, 16, 32])
  })

  it('that makes it in the last moment is pinned', () => {
    const script = crowded('next').pass(PATIENCE.initial)
    expect(script.settle('pin dead').statuses()).not.toHaveProperty('dead')
    expect(script.statuses()).toMatchObject({ next: 'pinning' })
  })

  it('may be silent longer where pins that go well take longer', () => {
    const script = new Script({ maxPinQueueSize: 100 })
    for (let i = 0; i < 20; i++) script.ask('pin', `slow${i}`).pass(500).settle(`pin slow${i}`)
    script.ask('pin', 'dead', 'next').takeLog()
    expect(script.pass(700).takeLog()).toEqual([])
    expect(script.pass(100).takeLog()).toEqual(['next pinning', 'start pin next'])
  })

  it('lets others in where it is out of the usual, up to a limit, and then makes room', () => {
    const script = new Script({ maxPinQueueSize: 100 }).ask('pin', 'first').pass(500).settle('pin first')
    script.ask('pin', 'a', 'b', 'c', 'd', 'e').takeLog()
    expect(script.pass(800).statuses()).toMatchObject({ a: 'pinning', b: 'pinning', c: 'pinning', d: 'pin_queued' })
    script.progress('pin b', 1).pass(700)
    expect(script.statuses()).toMatchObject({ d: 'pinning', e: 'pin_queued' })
    expect(script.takeLog().filter((each) => each.startsWith('abort'))).toEqual([])
    expect(script.pass(4000).takeLog()).toEqual(['abort pin a'])
    expect(script.settle('pin a', 'aborted').statuses()).toMatchObject({ a: 'pin_queued', e: 'pinning' })
  })

  it('gets a turn that nobody cuts short, though others never stop coming', () => {
    const script = crowded(...Array.from({ length: 900 }, (_, i) => `more${i}`)).pass(PATIENCE.initial)
    for (const name of [...script.running.keys()]) script.settle(name, 'aborted')
    const isDead = (name: string): boolean => name.startsWith('pin dead')
    const settleOthers = (seconds: number): void => {
      for (let i = 0; i < seconds; i++) {
        script.pass(1000)
        for (const name of [...script.running.keys()].filter((each) => !isDead(each))) script.settle(name)
      }
    }
    settleOthers(PATIENT_TURN_INTERVAL / 1000 - 5)
    expect([...script.running.keys()].filter(isDead)).toEqual([])
    settleOthers(10)
    expect([...script.running.keys()].filter(isDead)).toHaveLength(1)
    script.takeLog()
    settleOthers(100)
    expect(script.takeLog().filter((each) => each.startsWith('abort pin dead'))).toEqual([])
  })

  it.each([20, 100, 300])('takes little from good ones that need %d ms each, 20 from 200', (need) => {
    /** Milliseconds until 200 good ones are pinned; `known`: what is usual is known from before. */
    const time = (dead: number, known: boolean): number => {
      const script = new Script({ concurrentPins: 10, maxPinQueueSize: 1000 })
      script.tick = 0
      if (known) script.ask('pin', 'first').pass(need).settle('pin first')
      script.ask('pin', ...Array.from({ length: dead }, (_, i) => `dead${i}`))
      script.ask('pin', ...Array.from({ length: 200 }, (_, i) => `good${i}`))
      const from = script.ms
      const ends = new Map<string, number>()
      for (let left = 200; left > 0; script.ms++) {
        if (script.ms > from + 100 * need) return Infinity
        for (const [name] of script.running) if (!ends.has(name)) ends.set(name, script.ms + need)
        for (const [name, end] of ends) {
          if (!name.includes('good') || end > script.ms) continue
          ends.delete(name)
          script.settle(name)
          left--
        }
        if ((script.operations.nextWake ?? Infinity) <= script.ms) script.step({ type: 'woken' })
        for (const each of script.takeLog()) {
          if (!each.startsWith('abort')) continue
          ends.delete(each.slice(6))
          script.settle(each.slice(6), 'aborted')
        }
      }
      return script.ms - from
    }
    expect(time(20, true) / time(0, true)).toBeLessThan(1.1)
    expect(time(20, false) / time(0, true)).toBeLessThan(1.1)
  })
})

describe('a failure', () => {
  it('is tried again by itself, later each time, and at once when somebody asks', () => {
    const script = new Script().ask('pin', 'a')
    const waits: number[] = []
    for (let i = 0; i < 9; i++) {
      script.settle('pin a', 'no provider')
      const from = script.ms
      while (script.running.size === 0) script.pass(1000)
      waits.push(Math.round((script.ms - from) / 30_000))
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 120, 120])
    script.settle('pin a', 'no provider').ask('pin', 'a')
    expect(script.operations.get('a')).toMatchObject({ phase: 'running', attempts: 11 })
    expect(script.settle('pin a').operations.nextWake).toBeUndefined()
  })

  it('of an earlier life goes on where it was', () => {
    const script = new Script()
    const failure = {
      key: 'a',
      kind: 'pin' as const,
      since: new Time(1),
      attempts: 4,
      pinnedAt: 0,
      error: 'no provider'
    }
    script.step({ type: 'remembered', failure, retryIn: 5000 })
    expect(script.operations.get('a')).toMatchObject({ phase: 'error', attempts: 4, error: 'no provider' })
    expect(script.pass(6001).operations.get('a')).toMatchObject({ phase: 'running', attempts: 5 })
    script.step({ type: 'remembered', failure, retryIn: 5000 })
    expect(script.operations.get('a')).toMatchObject({ phase: 'running', attempts: 5 })
  })

  it('is forgotten when there are more than may wait', () => {
    const script = new Script()
    for (const key of ['a', 'b', 'c']) script.ask('pin', key).settle(`pin ${key}`, 'no')
    expect(script.statuses()).toEqual({ b: 'pin_error', c: 'pin_error' })
    expect(script.operations.counts.pin).toEqual({ queued: 0, running: 0, error: 2 })
  })

  it('says so when it forgets a pin, as the pinset still has it', () => {
    const script = new Script()
    const failed = ['a', 'b', 'c'].map((key) => script.ask('pin', key).settle(`pin ${key}`, 'no'))
    expect(failed[0]?.takeLog().slice(-1)).toEqual(['forgotten pin a'])
    script.ask('pin', 'd', 'e', 'f', 'g').takeLog()
    expect(script.ask('pin', 'h').takeLog()).toEqual(['h pin_error', 'forgotten pin c', 'refused pin h'])
    for (const key of ['x', 'y', 'z']) script.ask('unpin', key).settle(`unpin ${key}`, 'no')
    expect(script.takeLog().filter((line) => line.startsWith('forgotten unpin'))).toEqual([])
  })

  it('keeps no more than the beginning of a page of text', () => {
    const script = new Script().ask('pin', 'a').settle('pin a', '<html>'.repeat(10_000))
    expect(script.operations.get('a')!.error.length).toBeLessThan(2000)
  })
})

describe('while the IPFS node is away', () => {
  it('nothing is started, all that waits shows why, and goes on when it is back', () => {
    const script = new Script({ maxPinQueueSize: 10 }).ask('pin', 'a', 'b').ask('unpin', 'c')
    script.takeLog()
    script.settle('pin a', 'connection refused', true)
    expect(script.takeLog()).toEqual(['probe after 0', 'a pin_error'])
    script.ask('unpin', 'd').pass(HOUR * 1000)
    expect(script.statuses()).toEqual({ a: 'pin_error', b: 'pin_error', c: 'unpinning', d: 'unpin_error' })
    expect(script.operations.view(script.operations.get('b')!)).toMatchObject({ error: 'connection refused' })
    script.settle('unpin c', 'connection refused', true).takeLog()
    script.step({ type: 'answering' })
    expect(script.takeLog()).toEqual(['b pinning', 'start pin b', 'd unpinning', 'start unpin d'])
    expect(script.statuses()).toMatchObject({ a: 'pin_queued', c: 'unpin_queued' })
  })

  it('that keeps coming and going is asked less and less often, until a call goes well', () => {
    const script = new Script().ask('pin', 'a', 'b')
    const fail = (name: string): string | undefined => {
      script.takeLog()
      script.settle(name, 'EOF', true)
      const [probe] = script.takeLog()
      script.step({ type: 'answering' })
      return probe
    }
    expect(['pin a', 'pin b', 'pin a'].map(fail)).toEqual(['probe after 0', 'probe after 1000', 'probe after 2000'])
    script.settle('pin b')
    expect(fail('pin a')).toBe('probe after 0')
  })

  it('under the same pin again and again, that pin has failed', () => {
    const script = new Script().ask('pin', 'poison')
    for (let i = 0; i <= MAX_BREAKS; i++) {
      script.settle('pin poison', 'EOF', true)
      script.step({ type: 'answering' })
    }
    expect(script.operations.get('poison')).toMatchObject({ phase: 'error', error: 'EOF', attempts: MAX_BREAKS + 1 })
  })
})

it('closing leaves what ran where it was', () => {
  const script = new Script().ask('pin', 'a')
  script.step({ type: 'closed' })
  script.settle('pin a', 'the connector has been stopped', true)
  expect(script.operations.get('a')).toMatchObject({ phase: 'queued', error: 'the connector has been stopped' })
  expect(script.operations.outage).toBeUndefined()
  script.step({ type: 'opened' })
  expect(script.statuses()).toEqual({ a: 'pinning' })
})

it('says the place in the queue', () => {
  const script = new Script({ maxPinQueueSize: 10 }).ask('pin', 'a')
  script.step({ type: 'requested', kind: 'pin', key: 'old', pinnedAt: 0 })
  script.ask('pin', 'b', 'c')
  const places = ['a', 'b', 'c', 'old'].map((key) => script.operations.placeOf(script.operations.get(key)!))
  expect(places).toEqual([0, 1, 2, 3])
})
