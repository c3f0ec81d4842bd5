import type { Time, TrackerStatus } from '@ipfs-cluster/api'
import { FifoSet } from '../util/fifo-set.ts'
import { PriorityQueue } from '../util/priority-queue.ts'
import type { CidKey } from './cid-key.ts'

/** What is to be done to a CID. `remote`: see that it is not pinned here, because other peers hold it. */
export type OperationKind = 'pin' | 'unpin' | 'remote'

/** Something to be done to one CID, from the moment it is asked for until it is done. What failed stays. */
export interface Operation {
  readonly key: CidKey
  readonly kind: OperationKind
  readonly phase: 'queued' | 'running' | 'error'
  /** When the phase began. */
  readonly since: Time
  /** How often it has been started. */
  readonly attempts: number
  readonly priority: boolean
  /** Why it failed; empty in the other phases. */
  readonly error: string
}

/** What happens to operations. */
export type OperationEvent =
  /** Operations may be started from now on. */
  | { readonly type: 'opened' }
  /** No operation may be started any more. */
  | { readonly type: 'closed' }
  /** `pinnedAt`: unix seconds of the pin's timestamp, which decides whether it goes first. */
  | { readonly type: 'requested'; readonly kind: OperationKind; readonly key: CidKey; readonly pinnedAt: number }
  /** The call that an operation was started with has ended, well if there is no error. */
  | { readonly type: 'settled'; readonly operation: Operation; readonly error?: string }

/** What to do about it. */
export type OperationEffect =
  /** Call the IPFS node; say when the call has settled. */
  | { readonly type: 'start'; readonly operation: Operation }
  /** Nobody waits for that call any more: abort it. It still has to be said when it has settled. */
  | { readonly type: 'abort'; readonly operation: Operation }
  /** The queue is full: the operation has failed without being started. */
  | { readonly type: 'refused'; readonly operation: Operation }
  /** For those who watch; the status is `pinned`, `unpinned` or `remote` when it is done. */
  | {
      readonly type: 'changed'
      readonly operation: Operation
      readonly status: TrackerStatus
      readonly attempts: number
    }

/** How much is done at once, and what goes first. */
export interface OperationLimits {
  maxPinQueueSize: number
  concurrentPins: number
  concurrentUnpins: number
  /** Seconds. */
  priorityPinMaxAge: number
  priorityPinMaxRetries: number
}

/** The Go release shows clients this text. */
export const FULL_QUEUE = 'pin/unpin operation queue is full. Try increasing max_pin_queue_size'

const STATUSES = {
  pin: { queued: 'pin_queued', running: 'pinning', error: 'pin_error', done: 'pinned' },
  unpin: { queued: 'unpin_queued', running: 'unpinning', error: 'unpin_error', done: 'unpinned' },
  remote: { queued: 'remote', running: 'remote', error: 'remote', done: 'remote' }
} as const satisfies Record<OperationKind, Record<Operation['phase'] | 'done', TrackerStatus>>

/** The status that clients see while the operation is there. */
export function statusOfOperation(operation: Operation): TrackerStatus {
  return STATUSES[operation.kind][operation.phase]
}

interface MutableOperation extends Operation {
  phase: Operation['phase']
  since: Time
  attempts: number
  error: string
  /** Asked for again while running: what was asked for may have changed, so it has to run once more. */
  again: boolean
}

/** Pins and unpins do not wait for one another. */
interface Lane {
  readonly queue: PriorityQueue<MutableOperation>
  readonly slots: number
  running: number
}

/**
 * Which operation comes next, and what becomes of those that contradict each other. There is at most one operation
 * for a CID: a newer one of the other kind replaces it. No clock, no calls: events go in, effects come out, so it is
 * the same every time.
 *
 * @example
 * const effects = operations.step({ type: 'requested', kind: 'pin', key, pinnedAt: 1700000000 }, Time.now())
 */
export class Operations {
  readonly #limits: OperationLimits
  readonly #operations = new Map<CidKey, MutableOperation>()
  readonly #pins: Lane
  readonly #unpins: Lane
  /** Calls that have not settled. One whose operation was replaced holds back the next one of the same CID. */
  readonly #calls = new Map<CidKey, MutableOperation>()
  /** CIDs of failed unpins are in no pinset, so nothing else bounds their number. */
  readonly #failedUnpins = new FifoSet<MutableOperation>()
  #queuedPins = 0
  #open = false
  #effects: OperationEffect[] = []

  constructor(limits: OperationLimits) {
    this.#limits = limits
    const limit = limits.maxPinQueueSize
    this.#pins = { queue: new PriorityQueue({ levels: 2, limit }), slots: limits.concurrentPins, running: 0 }
    this.#unpins = { queue: new PriorityQueue({ levels: 2, limit }), slots: limits.concurrentUnpins, running: 0 }
  }

  /** The operation that a CID waits for, undefined when all is done. */
  get(key: CidKey): Operation | undefined {
    return this.#operations.get(key)
  }

  /** Every operation, in the order in which they were asked for. */
  values(): IterableIterator<Operation> {
    return this.#operations.values()
  }

  /** Pins that wait to be started. */
  get queuedPins(): number {
    return this.#queuedPins
  }

  /** Takes in what has happened, and gives what is to be done about it, in this order. */
  step(event: OperationEvent, now: Time): OperationEffect[] {
    switch (event.type) {
      case 'opened':
      case 'closed':
        this.#open = event.type === 'opened'
        break
      case 'requested':
        this.#request(event.kind, event.key, event.pinnedAt, now)
        break
      case 'settled':
        this.#settle(event.operation, event.error, now)
        break
    }
    this.#startNext(this.#pins, now)
    this.#startNext(this.#unpins, now)
    const effects = this.#effects
    this.#effects = []
    return effects
  }

  #request(kind: OperationKind, key: CidKey, pinnedAt: number, now: Time): void {
    const existing = this.#operations.get(key)
    if (existing?.kind === kind && existing.phase !== 'error') {
      existing.again = existing.phase === 'running'
      return
    }
    // Attempts are counted over all tries of the same thing.
    const attempts = existing?.kind === kind ? existing.attempts : 0
    if (existing !== undefined) this.#discard(existing)
    const { priorityPinMaxAge, priorityPinMaxRetries } = this.#limits
    const priority = kind === 'pin' && now.seconds < pinnedAt + priorityPinMaxAge && attempts <= priorityPinMaxRetries
    this.#enqueue({ key, kind, phase: 'queued', since: now, attempts, priority, error: '', again: false }, false)
  }

  #enqueue(operation: MutableOperation, force: boolean): void {
    this.#operations.set(operation.key, operation)
    if (this.#lane(operation).queue.push(operation, levelOf(operation), force)) {
      if (operation.kind === 'pin') this.#queuedPins++
      this.#report(operation)
      return
    }
    this.#fail(operation, FULL_QUEUE, operation.since)
    this.#effects.push({ type: 'refused', operation })
  }

  #discard(operation: MutableOperation): void {
    this.#operations.delete(operation.key)
    this.#failedUnpins.delete(operation)
    if (operation.phase === 'running') this.#effects.push({ type: 'abort', operation })
    if (operation.phase !== 'queued') return
    // One that is held back by an older call of its CID stands in no queue, yet is counted.
    this.#lane(operation).queue.delete(operation)
    if (operation.kind === 'pin') this.#queuedPins--
  }

  #startNext(lane: Lane, now: Time): void {
    while (this.#open && lane.running < lane.slots) {
      const operation = lane.queue.shift()
      if (operation === undefined) return
      // The call before it for this CID is being aborted; #settle puts it back into the queue.
      if (this.#calls.has(operation.key)) continue
      if (operation.kind === 'pin') this.#queuedPins--
      operation.phase = 'running'
      operation.since = now
      operation.attempts++
      lane.running++
      this.#calls.set(operation.key, operation)
      this.#report(operation)
      this.#effects.push({ type: 'start', operation })
    }
  }

  #settle(settled: Operation, error: string | undefined, now: Time): void {
    const operation = this.#calls.get(settled.key)
    if (operation !== settled || operation === undefined) return
    this.#calls.delete(operation.key)
    this.#lane(operation).running--
    const current = this.#operations.get(operation.key)
    if (current !== operation) {
      if (current?.phase === 'queued') this.#lane(current).queue.push(current, levelOf(current), true)
      return
    }
    if (operation.again) {
      const attempts = error === undefined ? 0 : operation.attempts
      this.#enqueue({ ...operation, phase: 'queued', since: now, attempts, again: false }, true)
    } else if (error === undefined) {
      this.#operations.delete(operation.key)
      this.#report(operation, STATUSES[operation.kind].done)
    } else {
      this.#fail(operation, error, now)
    }
  }

  #fail(operation: MutableOperation, error: string, now: Time): void {
    operation.phase = 'error'
    operation.since = now
    operation.error = error
    this.#report(operation)
    if (operation.kind !== 'unpin') return
    this.#failedUnpins.push(operation)
    if (this.#failedUnpins.size <= this.#limits.maxPinQueueSize) return
    const oldest = this.#failedUnpins.shift()
    if (oldest !== undefined) this.#operations.delete(oldest.key)
  }

  #report(operation: MutableOperation, status: TrackerStatus = statusOfOperation(operation)): void {
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
