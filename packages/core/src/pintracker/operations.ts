import { Time } from '@ipfs-cluster/api'
import type { TrackerStatus } from '@ipfs-cluster/api'
import { backoff } from '../util/backoff.ts'
import { FifoSet } from '../util/fifo-set.ts'
import { PriorityQueue } from '../util/priority-queue.ts'
import type { CidKey } from './cid-key.ts'
import {
  LET_IN_BY_SILENT,
  MAX_BREAKS,
  MAX_ERROR_LENGTH,
  MAX_OVERFLOW,
  MAX_TURNS_LOST,
  PATIENCE,
  PATIENT_SLOT_SHARE,
  PATIENT_TURN_INTERVAL,
  RETRIES_AT_ONCE
} from './defaults.ts'
import { DueSet } from './due-set.ts'
import type {
  Failure,
  Moment,
  Operation,
  OperationEffect,
  OperationEvent,
  OperationKind,
  OperationLimits,
  OperationPhase
} from './operation.ts'
import { FULL_QUEUE, STATUSES } from './operation.ts'
import type { Outage } from './outage.ts'
import { OutageBreaker } from './outage.ts'
import { Patience } from './patience.ts'

interface MutableOperation extends Operation {
  phase: OperationPhase
  since: Time
  attempts: number
  priority: boolean
  error: string
  blocks: number
  progressAt: Time
  turnsLost: number
  retryAt: number
  /** Asked for again while running: what was asked for may have changed, so it has to run once more. */
  again: boolean
  /** How often the IPFS node went away under it since it last made progress. */
  breaks: number
}

/** A call that has not settled. */
interface Call {
  readonly operation: MutableOperation
  readonly startedAt: number
  /** When it last showed life. */
  aliveAt: number
  hasProgress: boolean
  /** It may stay silent for as long as the IPFS connector lets it. */
  readonly isPatient: boolean
  /** It has been silent for an unusual time, and does not count. */
  isSilent: boolean
  /** It has been told to make room for others. */
  isLeaving: boolean
}

/** Pins and unpins do not wait for one another. */
interface Lane {
  readonly queue: PriorityQueue<MutableOperation>
  readonly slots: number
  running: number
}

/** How many operations there are of each kind in each phase. */
export type OperationCounts = Record<OperationKind, Record<OperationPhase, number>>

/** What clients are shown of an operation. */
export interface OperationView {
  readonly status: TrackerStatus
  readonly error: string
  readonly since: Time
}

/**
 * Which operation comes next, and what becomes of those that contradict each other. There is at most one operation
 * for a CID: a newer one of the other kind replaces it. No clock, no calls: events go in, effects come out, so it is
 * the same every time.
 *
 * - A pin that is silent for an unusual time holds no slot; where there are too many of them it makes room for one
 *   that waits and goes on later. See {@link Patience}.
 * - What failed is tried again by itself, less and less often.
 * - While the IPFS node is away nothing is started, and what waits shows as failed.
 *
 * @example
 * const moment = { time: Time.now(), ms: performance.now(), chance: Math.random() }
 * const effects = operations.step({ type: 'requested', kind: 'pin', key, pinnedAt: 1700000000 }, moment)
 */
export class Operations {
  readonly #limits: OperationLimits
  readonly #operations = new Map<CidKey, MutableOperation>()
  readonly #counts: OperationCounts = {
    pin: { queued: 0, running: 0, error: 0 },
    unpin: { queued: 0, running: 0, error: 0 },
    remote: { queued: 0, running: 0, error: 0 }
  }
  readonly #pins: Lane
  readonly #unpins: Lane
  /** Pins that gave their slot to others. */
  readonly #behind = new FifoSet<MutableOperation>()
  /** By CID, in the order of their starts. One whose operation was replaced holds back the next one of its CID. */
  readonly #calls = new Map<CidKey, Call>()
  readonly #failed = new FifoSet<MutableOperation>()
  readonly #retries = new DueSet<MutableOperation>()
  readonly #patience: Patience
  readonly #breaker = new OutageBreaker()
  #patientCalls = 0
  #leaving = 0
  #silent = 0
  #nextPatientTurn = 0
  #open = false
  #effects: OperationEffect[] = []

  constructor(limits: OperationLimits) {
    this.#limits = limits
    const limit = limits.maxPinQueueSize
    this.#pins = { queue: new PriorityQueue({ levels: 2, limit }), slots: limits.concurrentPins, running: 0 }
    this.#unpins = { queue: new PriorityQueue({ levels: 2, limit }), slots: limits.concurrentUnpins, running: 0 }
    this.#patience = new Patience(limits.concurrentPins)
  }

  /** The operation that a CID waits for, undefined when all is done. */
  get size(): number {
    return this.#operations.size
  }

  get(key: CidKey): Operation | undefined {
    return this.#operations.get(key)
  }

  /** Every operation, in the order in which they were asked for. */
  values(): IterableIterator<Operation> {
    return this.#operations.values()
  }

  /** Pins that wait to be started. */
  get queuedPins(): number {
    return this.#counts.pin.queued
  }

  /** Whether one more pin is sure to find a place. */
  get hasPlace(): boolean {
    return this.queuedPins < this.#limits.maxPinQueueSize
  }

  /** Whether pins wait that few, and can be made, that it is time to see to more. */
  get isHalfFree(): boolean {
    return this.outage === undefined && this.queuedPins <= this.#limits.maxPinQueueSize / 2
  }

  get counts(): Readonly<OperationCounts> {
    return this.#counts
  }

  /** Set while the IPFS node is away. */
  get outage(): Outage | undefined {
    return this.#breaker.outage
  }

  /** What waits while the IPFS node is away would fail if it were tried, and shows as if it had been. */
  view(operation: Operation): OperationView {
    const { phase, since, error } = operation
    const status = this.statusOf(operation)
    const outage = this.#breaker.outage
    if (phase === 'queued' && outage !== undefined) {
      const later = since.toUnixNanoseconds() > outage.since.toUnixNanoseconds() ? since : outage.since
      return { status, error: outage.error, since: later }
    }
    return { status, error: phase === 'error' ? error : '', since }
  }

  /** The status of {@link Operations.view}, for those who go through all. */
  statusOf({ kind, phase }: Operation): TrackerStatus {
    const isHeldUp = phase === 'queued' && this.#breaker.outage !== undefined
    return STATUSES[kind][isHeldUp ? 'error' : phase]
  }

  /** Its number among those of its lane that wait, 1 for the next; 0 when it does not wait. */
  placeOf({ key }: Operation): number {
    const operation = this.#operations.get(key)
    if (operation?.phase !== 'queued') return 0
    const { queue } = this.#lane(operation)
    const behind = operation.kind === 'pin' ? this.#behind : undefined
    const place = queue.placeOf(operation)
    if (place > 0) return place
    // One that is in neither is held back by the end of an older call of its CID, and then goes to the end.
    return queue.size + (behind?.placeOf(operation) || (behind?.size ?? 0) + 1)
  }

  /** When `woken` is to be said, by the clock of {@link Moment.ms}; undefined when only other events lead on. */
  get nextWake(): number | undefined {
    if (!this.#open) return undefined
    let next = this.#retries.next ?? Infinity
    if (this.#breaker.outage === undefined) {
      for (const call of this.#calls.values()) next = Math.min(next, this.#leavesAt(call), this.#fallsSilentAt(call))
    }
    return next === Infinity ? undefined : next
  }

  /** Takes in what has happened, and gives what is to be done about it, in this order. */
  step(event: OperationEvent, now: Moment): OperationEffect[] {
    switch (event.type) {
      case 'opened':
      case 'closed':
        this.#open = event.type === 'opened'
        break
      case 'requested':
        this.#request(event.kind, event.key, event.pinnedAt, now)
        break
      case 'remembered':
        this.#remember(event.failure, now.ms + event.retryIn)
        break
      case 'progress':
        this.#progress(event.operation, event.blocks, now)
        break
      case 'settled':
        this.#settle(event, now)
        break
      case 'answering':
        this.#breaker.close()
        break
      case 'woken':
        break
    }
    this.#advance(now)
    const effects = this.#effects
    this.#effects = []
    return effects
  }

  #advance(now: Moment): void {
    if (!this.#open) return
    for (const operation of this.#retries.take(now.ms, RETRIES_AT_ONCE)) {
      this.#request(operation.kind, operation.key, operation.pinnedAt, now)
    }
    if (this.#breaker.outage !== undefined) return
    this.#markSilent(now)
    this.#makeRoom(now)
    this.#startNext(this.#pins, now)
    this.#startNext(this.#unpins, now)
  }

  #request(kind: OperationKind, key: CidKey, pinnedAt: number, now: Moment): void {
    const existing = this.#operations.get(key)
    if (existing?.kind === kind && existing.phase !== 'error') {
      existing.again = existing.phase === 'running'
      return
    }
    // Attempts are counted over all tries of the same thing.
    const operation = existing?.kind === kind ? { ...existing, pinnedAt } : newOperation(kind, key, pinnedAt)
    if (existing !== undefined) this.#discard(existing)
    this.#enqueue({ ...operation, since: now.time, priority: this.#isPriority(operation, now.time) }, now)
  }

  #isPriority({ kind, pinnedAt, attempts }: Operation, now: Time): boolean {
    const { priorityPinMaxAge, priorityPinMaxRetries } = this.#limits
    return kind === 'pin' && now.seconds < pinnedAt + priorityPinMaxAge && attempts <= priorityPinMaxRetries
  }

  /** For what is asked for: there may be no room. */
  #enqueue(operation: MutableOperation, now: Moment): void {
    const isTaken = this.#lane(operation).queue.push(operation, levelOf(operation))
    this.#operations.set(operation.key, operation)
    operation.phase = 'queued'
    operation.retryAt = 0
    this.#count(operation, 1)
    if (isTaken) return this.#report(operation)
    this.#fail(operation, FULL_QUEUE, now)
    this.#effects.push({ type: 'refused', operation })
  }

  /** For what has been taken before. */
  #putBack(operation: MutableOperation, now: Moment): void {
    this.#setPhase(operation, 'queued', now.time)
    if (operation.turnsLost > 0) this.#behind.push(operation)
    else this.#lane(operation).queue.push(operation, levelOf(operation), true)
    this.#report(operation)
  }

  #discard(operation: MutableOperation): void {
    this.#operations.delete(operation.key)
    this.#count(operation, -1)
    this.#failed.delete(operation)
    if (operation.phase === 'error') this.#retries.delete(operation, operation.retryAt)
    if (operation.phase === 'running') this.#effects.push({ type: 'abort', operation })
    if (operation.phase !== 'queued') return
    // One that is held back by an older call of its CID stands in no queue.
    if (!this.#behind.delete(operation)) this.#lane(operation).queue.delete(operation)
  }

  #remember({ key, kind, since, attempts, pinnedAt, error }: Failure, retryAt: number): void {
    if (this.#operations.has(key) || this.#failed.size >= this.#limits.maxPinQueueSize) return
    const operation = { ...newOperation(kind, key, pinnedAt), since, attempts, error, retryAt, phase: 'error' as const }
    operation.priority = this.#isPriority(operation, since)
    this.#operations.set(key, operation)
    this.#count(operation, 1)
    this.#failed.push(operation)
    this.#retries.add(operation, retryAt)
  }

  #progress(operation: Operation, blocks: number, now: Moment): void {
    const call = this.#calls.get(operation.key)
    if (call?.operation !== operation) return
    if (!call.hasProgress) this.#patience.sawLife(now.ms - call.startedAt)
    if (call.isSilent) this.#silent--
    call.isSilent = false
    call.hasProgress = true
    call.aliveAt = now.ms
    // A call that goes on counts again what is there already.
    if (blocks <= call.operation.blocks) return
    call.operation.blocks = blocks
    call.operation.progressAt = now.time
    call.operation.breaks = 0
  }

  #markSilent(now: Moment): void {
    for (const call of this.#calls.values()) {
      if (now.ms < this.#fallsSilentAt(call)) continue
      call.isSilent = true
      this.#silent++
    }
  }

  /** When a call is silent for an unusual time; never, if it is already or if nobody waits for its slot. */
  #fallsSilentAt({ operation, isSilent, hasProgress, aliveAt }: Call): number {
    const { unusual } = this.#patience
    const isWaitedFor = this.#pins.queue.size + this.#behind.size > 0
    if (operation.kind !== 'pin' || isSilent || !isWaitedFor) return Infinity
    if (this.#limits.isOneByOne === true) return Infinity
    return aliveAt + (hasProgress ? PATIENCE.afterProgress : unusual)
  }

  /** How many calls there may be, with those that do not count. */
  #slotsOf(lane: Lane): number {
    if (lane !== this.#pins) return lane.slots
    return Math.min(MAX_OVERFLOW * lane.slots, lane.slots + LET_IN_BY_SILENT * this.#silent)
  }

  /** Silent pins make room for those that wait, one for one, where there is no room for both. */
  #makeRoom(now: Moment): void {
    for (const call of this.#calls.values()) {
      if (now.ms < this.#leavesAt(call)) continue
      this.#leaving++
      call.isLeaving = true
      if (!call.hasProgress && call.operation.turnsLost === 0) this.#patience.sawNone()
      call.operation.turnsLost++
      this.#effects.push({ type: 'abort', operation: call.operation })
    }
  }

  /** When a call has to make room if it stays silent; never, if nobody waits for its slot. */
  #leavesAt(call: Call): number {
    const { operation, isPatient, isLeaving, hasProgress, aliveAt } = call
    if (operation.kind !== 'pin' || isPatient || isLeaving || this.#limits.isOneByOne === true) return Infinity
    if (this.#operations.get(operation.key) !== operation) return Infinity
    const { queue, running } = this.#pins
    const room = this.#slotsOf(this.#pins) - running + this.#leaving
    const patience = hasProgress ? PATIENCE.afterProgress : this.#patience.milliseconds
    if (queue.size > room) return aliveAt + patience
    if (queue.size + this.#behind.size <= room || operation.turnsLost > MAX_TURNS_LOST) return Infinity
    // Those that wait have been silent as well: turns get longer, and the last one lasts until the connector gives up.
    return aliveAt + Math.max(patience, PATIENCE.again) * 2 ** operation.turnsLost
  }

  #startNext(lane: Lane, now: Moment): void {
    while (lane.running < this.#slotsOf(lane)) {
      const isPatient = lane === this.#pins && this.#isPatientTurn(now)
      const behind = (): MutableOperation | undefined => (lane === this.#pins ? this.#behind.shift() : undefined)
      const operation = isPatient ? behind() : (lane.queue.shift() ?? behind())
      if (operation === undefined) return
      // The call before it for this CID is being aborted; #settle puts it back into the queue.
      if (this.#calls.has(operation.key)) continue
      this.#begin(operation, isPatient, now)
    }
  }

  /** However many others come, one that gave way gets a turn that nobody cuts short, every few minutes. */
  #isPatientTurn(now: Moment): boolean {
    if (this.#behind.size === 0 || this.#pins.queue.size === 0) {
      this.#nextPatientTurn = now.ms + PATIENT_TURN_INTERVAL
      return false
    }
    const most = Math.max(1, Math.floor(this.#pins.slots / PATIENT_SLOT_SHARE))
    if (now.ms < this.#nextPatientTurn || this.#patientCalls >= most) return false
    this.#nextPatientTurn = now.ms + PATIENT_TURN_INTERVAL
    return true
  }

  #begin(operation: MutableOperation, isPatient: boolean, now: Moment): void {
    this.#setPhase(operation, 'running', now.time)
    if (operation.turnsLost === 0) operation.attempts++
    this.#lane(operation).running++
    if (isPatient) this.#patientCalls++
    const begun = { startedAt: now.ms, aliveAt: now.ms, hasProgress: false, isSilent: false, isLeaving: false }
    this.#calls.set(operation.key, { operation, isPatient, ...begun })
    this.#report(operation)
    this.#effects.push({ type: 'start', operation })
  }

  #settle(event: Extract<OperationEvent, { type: 'settled' }>, now: Moment): void {
    const { error, isOutage = false } = event
    const call = this.#calls.get(event.operation.key)
    if (call === undefined || call.operation !== event.operation) return
    const { operation } = call
    this.#calls.delete(operation.key)
    this.#lane(operation).running--
    if (call.isPatient) this.#patientCalls--
    if (call.isLeaving) this.#leaving--
    if (call.isSilent) this.#silent--
    if (error === undefined) this.#sawSuccess(call, now)
    else if (isOutage && this.#open) this.#openBreaker(error, now)
    const current = this.#operations.get(operation.key)
    if (current !== operation) {
      if (current?.phase === 'queued') this.#lane(current).queue.push(current, levelOf(current), true)
    } else if (error === undefined) {
      this.#succeed(operation, now)
    } else if (!this.#open || call.isLeaving || operation.again || (isOutage && ++operation.breaks <= MAX_BREAKS)) {
      operation.again = false
      if (isOutage) operation.error = kept(error)
      this.#putBack(operation, now)
    } else {
      this.#fail(operation, error, now)
    }
  }

  #sawSuccess(call: Call, now: Moment): void {
    this.#breaker.sawSuccess()
    if (call.operation.kind === 'pin' && !call.hasProgress) this.#patience.sawLife(now.ms - call.startedAt)
  }

  #openBreaker(error: string, now: Moment): void {
    const delay = this.#breaker.open(kept(error), now)
    if (delay !== undefined) this.#effects.push({ type: 'probe', delay, error })
  }

  #succeed(operation: MutableOperation, now: Moment): void {
    if (!operation.again) {
      this.#operations.delete(operation.key)
      this.#count(operation, -1)
      this.#report(operation, STATUSES[operation.kind].done)
      return
    }
    const { kind, key, pinnedAt, priority } = operation
    const once = { ...newOperation(kind, key, pinnedAt), priority, since: now.time }
    this.#count(operation, -1)
    this.#count(once, 1)
    this.#operations.set(key, once)
    this.#putBack(once, now)
  }

  #fail(operation: MutableOperation, error: string, now: Moment): void {
    this.#setPhase(operation, 'error', now.time)
    operation.error = kept(error)
    operation.turnsLost = 0
    operation.breaks = 0
    operation.again = false
    operation.retryAt = now.ms + backoff(Math.max(1, operation.attempts), this.#limits.retry, now.chance)
    this.#retries.add(operation, operation.retryAt)
    this.#report(operation)
    this.#failed.push(operation)
    if (this.#failed.size <= this.#limits.maxPinQueueSize) return
    // Nothing else bounds what failed: the pinset may be larger, and failed unpins are in no pinset. A pin that is
    // forgotten shows as unexpectedly unpinned.
    const oldest = this.#failed.shift()
    if (oldest === undefined) return
    this.#discard(oldest)
    if (oldest.kind === 'pin') this.#effects.push({ type: 'forgotten', operation: oldest })
  }

  #setPhase(operation: MutableOperation, phase: OperationPhase, now: Time): void {
    this.#count(operation, -1)
    operation.phase = phase
    operation.since = now
    this.#count(operation, 1)
  }

  #count({ kind, phase }: Operation, by: number): void {
    this.#counts[kind][phase] += by
  }

  #report(operation: MutableOperation, status: TrackerStatus = this.statusOf(operation)): void {
    this.#effects.push({ type: 'changed', operation, status, attempts: operation.attempts })
  }

  #lane(operation: Operation): Lane {
    return operation.kind === 'pin' ? this.#pins : this.#unpins
  }
}

/** Recent pins before those that keep failing; unpins before the checks of what other peers hold. */
function levelOf(operation: Operation): number {
  return operation.priority || operation.kind === 'unpin' ? 0 : 1
}

function newOperation(kind: OperationKind, key: CidKey, pinnedAt: number): MutableOperation {
  return {
    ...{ kind, key, pinnedAt },
    ...{ phase: 'queued', since: Time.ZERO, attempts: 0, priority: false, error: '' },
    ...{ blocks: 0, progressAt: Time.ZERO, turnsLost: 0, retryAt: 0, again: false, breaks: 0 }
  }
}

/** Errors of nodes may hold pages of HTML; a copy, for a part of a text keeps all of it in memory. */
function kept(error: string): string {
  return error.length <= MAX_ERROR_LENGTH ? error : Buffer.from(error.slice(0, MAX_ERROR_LENGTH)).toString()
}
