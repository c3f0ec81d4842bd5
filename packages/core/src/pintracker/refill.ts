import { setTimeout as sleep } from 'node:timers/promises'
import type { Pin } from '@ipfs-cluster/api'
import { pinKey, pinKeyToCid } from '../codec/index.ts'
import type { PinState, StoredPin } from '../state/interface.ts'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { paced } from '../util/paced.ts'
import type { AbortOptions, Startable } from '../util/startable.ts'
import { REFILL_PAUSE } from './defaults.ts'
import type { HeldPins, HeldSet } from './held-pins.ts'
import type { ListedPin } from './listed-pin.ts'
import { FULL_QUEUE } from './operation.ts'
import type { Operations } from './operations.ts'

/** What a refill needs of the tracker. */
export interface RefillComponents {
  log: Logger
  state: Pick<PinState, 'get' | 'listStored'>
  operations: Pick<Operations, 'hasPlace' | 'isHalfFree'>
  held: Pick<HeldPins, 'open'>
  /** How an item of the pinset is; undefined when it cannot be read. */
  list(stored: StoredPin, held: HeldSet): ListedPin | undefined
  /** Asks for a pin, if it still lacks. */
  take(pin: Pin): void
}

/**
 * Takes up pins that the queue had no place for and that nobody remembers, whenever half of the queue is free. One walk
 * over the pinset, and one list of what the IPFS node holds, serve for all of them, however small the queue is: the walk
 * goes on where it ended when the queue was full.
 */
export class Refill implements Startable {
  readonly #components: RefillComponents
  readonly #pause: number
  #isWanted = false
  #stopped: AbortController | undefined
  #running: Promise<void> | undefined
  #wake: (() => void) | undefined

  /** @param pause - milliseconds between two walks */
  constructor(components: RefillComponents, pause: number = REFILL_PAUSE) {
    this.#components = components
    this.#pause = pause
  }

  start(): void {
    this.#stopped = new AbortController()
    if (this.#isWanted) this.ask()
  }

  async stop(): Promise<void> {
    this.#stopped?.abort()
    this.#stopped = undefined
    this.look()
    await this.#running
  }

  /** Pins have found no place, and are not remembered. */
  ask(): void {
    this.#isWanted = true
    if (this.#stopped !== undefined) this.#running ??= this.#run(this.#stopped.signal)
  }

  /** To be called when the queue may be shorter than it was. */
  look(): void {
    if (this.#stopped === undefined || this.#components.operations.isHalfFree) this.#wake?.()
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      while (this.#isWanted) {
        await this.#untilHalfFree(signal)
        this.#isWanted = false
        await this.#walk(signal)
        await sleep(this.#pause, undefined, { signal, ref: false })
      }
    } catch {
      // It was stopped; what is left is found by the first recover of the next start.
    } finally {
      this.#running = undefined
    }
  }

  async #walk(signal: AbortSignal): Promise<void> {
    const { log } = this.#components
    log.info('the queue has room again for pins that it had none for')
    try {
      using held = this.#components.held.open()
      await held.ask({ signal })
      let after: string | undefined
      do {
        await this.#untilHalfFree(signal)
        after = await this.#fill(held, after, { signal })
      } while (after !== undefined)
    } catch (err) {
      signal.throwIfAborted()
      log.warn(`pins that had no place in the queue are looked for again later: ${messageOf(err)}`)
      this.#isWanted = true
    }
  }

  /** @returns the key at which the queue was full; undefined when nothing lacks any more */
  async #fill(held: HeldSet, after: string | undefined, options: AbortOptions): Promise<string | undefined> {
    for await (const pin of paced(this.#lacking(held, after, options), options)) {
      this.#components.take(pin)
      if (!this.#components.operations.hasPlace) return pinKey(pin.cid)
    }
    return undefined
  }

  /** What lacks behind a key, in the order of keys; as the pinset has it now. */
  async *#lacking(held: HeldSet, after: string | undefined, options: AbortOptions): AsyncGenerator<Pin> {
    const { state } = this.#components
    for await (const batch of state.listStored({ ...options, ...(after !== undefined && { after }) })) {
      for (const stored of batch) {
        const listed = this.#components.list(stored, held)
        if (listed === undefined || !isLacking(listed)) continue
        const pin = await state.get(pinKeyToCid(stored.key), options)
        if (pin !== undefined) yield pin
      }
    }
  }

  async #untilHalfFree(signal: AbortSignal): Promise<void> {
    while (!this.#components.operations.isHalfFree) {
      signal.throwIfAborted()
      await new Promise<void>((resolve) => (this.#wake = resolve))
      this.#wake = undefined
    }
    signal.throwIfAborted()
  }
}

/** Whether something is to be pinned, and neither is nor is about to be. */
function isLacking(pin: ListedPin): boolean {
  return pin.value === undefined ? pin.info.error === FULL_QUEUE : pin.status === 'unexpectedly_unpinned'
}
