import { setTimeout as sleep } from 'node:timers/promises'
import type { TrackerStatus } from '@ipfs-cluster/api'
import { cidToText, Time } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import { isNodeAway } from '../ipfs/index.ts'
import type { IpfsConnector } from '../ipfs/interface.ts'
import type { PinState } from '../state/interface.ts'
import { messageOf } from '../util/errors.ts'
import type { EventBus } from '../util/event-bus.ts'
import type { Logger } from '../util/logger.ts'
import type { AbortOptions } from '../util/startable.ts'
import type { CidKey } from './cid-key.ts'
import { cidOfKey, keyOfCid } from './cid-key.ts'
import type { FailureLedger } from './failure-ledger.ts'
import type { Moment, Operation, OperationEffect, OperationEvent, OperationKind, OperationLimits } from './operation.ts'
import { FULL_QUEUE } from './operation.ts'
import { Operations } from './operations.ts'

/** The longest delay that a Node timer takes: about 24 days. */
const LONGEST_DELAY = 2 ** 31 - 1

/** A change of an operation, for those who watch. */
export interface StatusChange {
  cid: CID
  status: TrackerStatus
  /** Why it failed, else empty. */
  error: string
  /** How often the operation has been started. */
  attemptCount: number
}

/** What the tracker tells of. */
export interface PinTrackerEvents {
  'pin:status': StatusChange
}

/** What carrying out operations needs. */
export interface OperationRunnerComponents {
  log: Logger
  state: Pick<PinState, 'get'>
  ipfs: Pick<IpfsConnector, 'pin' | 'unpin' | 'ready'>
  events?: Pick<EventBus<PinTrackerEvents>, 'emit' | 'hasListeners'> | undefined
  /** Absent: failures are forgotten with the process. */
  ledger?: FailureLedger | undefined
  /** Hears of every pin that was made. */
  onPinned(key: CidKey): void
  /** Hears of every pin that failed and is remembered no more. */
  onForgotten(operation: Operation): void
  /** Hears when operations may have moved on. */
  onStep(): void
}

/** Does what {@link Operations} says: makes the calls, keeps the time, writes down what failed. */
export class OperationRunner {
  readonly operations: Operations
  readonly #components: OperationRunnerComponents
  readonly #calls = new Map<Operation, { abort: AbortController; done: Promise<void> }>()
  #stopped = new AbortController()
  #probe: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  /** When the timer ends at the latest, by the clock of moments; without one never. */
  #wakesAt = Infinity

  constructor(components: OperationRunnerComponents, limits: OperationLimits) {
    this.#components = components
    this.operations = new Operations(limits)
  }

  /** Resolves when the failures of earlier lives are known again. */
  async start(options: AbortOptions = {}): Promise<void> {
    this.#stopped = new AbortController()
    this.step({ type: 'opened' })
    // The node was away when the runner was stopped.
    if (this.operations.outage !== undefined && this.#probe === undefined) this.#ask(0)
    await this.#remember(options)
  }

  async stop(): Promise<void> {
    this.step({ type: 'closed' })
    this.#sleep()
    this.#stopped.abort()
    const calls = [...this.#calls.values()]
    for (const call of calls) call.abort.abort()
    await Promise.all([...calls.map((call) => call.done), this.#probe])
    await this.#components.ledger?.close()
  }

  /** @returns false when the queue is full */
  request(kind: OperationKind, cid: CID, pinnedAt: number): boolean {
    const effects = this.step({ type: 'requested', kind, key: keyOfCid(cid), pinnedAt })
    const refused = effects.some((effect) => effect.type === 'refused')
    if (refused) this.#components.log.error(FULL_QUEUE)
    return !refused
  }

  step(event: OperationEvent): OperationEffect[] {
    const effects = this.operations.step(event, momentNow())
    for (const effect of effects) {
      if (effect.type === 'start') this.#start(effect.operation)
      else if (effect.type === 'abort') this.#calls.get(effect.operation)?.abort.abort()
      else if (effect.type === 'probe') this.#onOutage(effect)
      else if (effect.type === 'changed') this.#onChange(effect)
      else if (effect.type === 'forgotten') this.#components.onForgotten(effect.operation)
    }
    this.#wakeLater()
    this.#components.onStep()
    return effects
  }

  /** A timer that is too early does no harm, and is cheaper than a new one at each step. */
  #wakeLater(): void {
    const at = this.operations.nextWake
    if (at === undefined || at < this.#wakesAt) this.#sleep()
    if (at === undefined || this.#timer !== undefined) return
    const delay = Math.min(Math.max(1, Math.ceil(at - performance.now())), LONGEST_DELAY)
    this.#wakesAt = at
    this.#timer = setTimeout(() => {
      this.#sleep()
      this.step({ type: 'woken' })
    }, delay).unref()
  }

  #sleep(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#wakesAt = Infinity
  }

  #onChange({ operation, status, attempts }: Extract<OperationEffect, { type: 'changed' }>): void {
    const { events, ledger } = this.#components
    const { key, kind, phase, retryAt } = operation
    const isDone = this.operations.get(key) === undefined
    if (phase === 'error' && attempts > 0 && kind !== 'remote') ledger?.note(operation, retryAt - performance.now())
    else if (isDone || attempts === 0) ledger?.forget(key)
    if (events?.hasListeners('pin:status') !== true) return
    const { error } = this.operations.view(operation)
    events.emit('pin:status', { cid: cidOfKey(key), status, error, attemptCount: attempts })
  }

  #onOutage({ delay, error }: Extract<OperationEffect, { type: 'probe' }>): void {
    this.#components.log.warn(`the IPFS node is away, pins and unpins wait until it is back: ${error}`)
    this.#ask(delay)
  }

  #ask(delay: number): void {
    const { signal } = this.#stopped
    const probe = this.#untilAnswering(delay, signal).then(
      () => {
        this.#components.log.info('the IPFS node is back')
        this.#probe = undefined
        this.step({ type: 'answering' })
      },
      () => {
        this.#probe = undefined
        // It gave up although nobody told it to: asked again, not at once.
        if (!signal.aborted) this.#ask(Math.max(1000, delay))
      }
    )
    this.#probe = probe
  }

  async #untilAnswering(delay: number, signal: AbortSignal): Promise<void> {
    if (delay > 0) await sleep(delay, undefined, { signal, ref: false })
    await this.#components.ipfs.ready({ signal })
  }

  #start(operation: Operation): void {
    const abort = new AbortController()
    const done = this.#call(operation, abort.signal).then(
      () => this.#settled(operation),
      (err: unknown) => this.#settled(operation, { error: messageOf(err), isOutage: isNodeAway(err) })
    )
    this.#calls.set(operation, { abort, done })
  }

  #settled(operation: Operation, failure?: { error: string; isOutage: boolean }): void {
    this.#calls.delete(operation)
    const { kind, key } = operation
    if (failure === undefined && kind === 'pin') this.#components.onPinned(key)
    if (failure !== undefined) this.#components.log.debug(`${kind} of ${cidToText(cidOfKey(key))}: ${failure.error}`)
    this.step({ type: 'settled', operation, ...failure })
  }

  /** The pin is read when its turn comes: its options may have changed, and waiting ones need no memory. */
  async #call(operation: Operation, signal: AbortSignal): Promise<void> {
    const { kind, key } = operation
    const { state, ipfs } = this.#components
    const cid = cidOfKey(key)
    if (kind !== 'pin') return ipfs.unpin(cid, { signal })
    const pin = await state.get(cid, { signal })
    signal.throwIfAborted()
    const onProgress = (blocks: number): void => void this.step({ type: 'progress', operation, blocks })
    if (pin !== undefined) await ipfs.pin(pin, { signal, onProgress })
  }

  /** What the pinset says now decides whether there is still something to do about a failure. */
  async #remember(options: AbortOptions): Promise<void> {
    const { ledger, state } = this.#components
    if (ledger === undefined) return
    for await (const { failure, retryIn } of ledger.load(options)) {
      const pin = await state.get(cidOfKey(failure.key), options)
      if ((pin === undefined) !== (failure.kind === 'unpin')) ledger.forget(failure.key)
      else this.step({ type: 'remembered', failure: { ...failure, pinnedAt: pin?.timestamp.seconds ?? 0 }, retryIn })
    }
  }
}

function momentNow(): Moment {
  return { time: Time.now(), ms: performance.now(), chance: Math.random() }
}
