import type { Pin } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { CidKey } from '../pintracker/cid-key.ts'
import { cidOfKey, keyOfCid } from '../pintracker/cid-key.ts'
import { neverExpires } from '../state/index.ts'
import { Pool } from '../util/pool.ts'
import { CHANGES_AT_ONCE } from './defaults.ts'
import { DueTimes } from './due-times.ts'

/** The next pins to expire that are kept in memory; a walk over the pinset finds those behind them. */
const KEPT = 10_000

/** Longest wait for a timer: the clock of the machine may be set meanwhile. In milliseconds. */
const LONGEST_WAIT = 60_000

/** What expiring needs of the rest of a peer. */
export interface ExpiryComponents {
  /**
   * Called for each pin when its time has come, for several at the same time; whether it is to be unpinned, and by whom,
   * is found out there. Does not throw.
   */
  expire(cid: CID): Promise<void>
  /** There are later expiries than those that were kept: walk over the pinset. */
  walk(): void
}

/** Wakes up when pins expire, to the second. Holds the nearest expiries only, whatever the size of the pinset. */
export class Expiry {
  readonly #components: ExpiryComponents
  readonly #due = new DueTimes<CidKey>(KEPT)
  #timer: NodeJS.Timeout | undefined
  #isRunning = false
  #work: Promise<void> = Promise.resolve()

  constructor(components: ExpiryComponents) {
    this.#components = components
  }

  start(): void {
    this.#isRunning = true
    this.#schedule()
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    clearTimeout(this.#timer)
    await this.#work
  }

  /** Takes note of a pin, new or changed or met on a walk. */
  note(pin: Pin): void {
    if (neverExpires(pin)) return
    const before = this.#due.next
    this.#due.add(keyOfCid(pin.cid), timeOf(pin))
    if (this.#due.next !== before) this.#schedule()
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    const next = this.#due.next
    if (!this.#isRunning || next === undefined) return
    const wait = Math.min(Math.max(0, next - Date.now()), LONGEST_WAIT)
    this.#timer = setTimeout(() => {
      this.#work = this.#work.then(() => this.#expireDue())
    }, wait)
    this.#timer.unref()
  }

  async #expireDue(): Promise<void> {
    const pool = new Pool(CHANGES_AT_ONCE)
    // What is waited for is the end of a second, and the clock of the timer is not that of the machine.
    for (let key = this.#due.shift(Date.now()); key !== undefined; key = this.#due.shift(Date.now())) {
      if (!this.#isRunning) break
      const cid = cidOfKey(key)
      await pool.add(() => this.#components.expire(cid))
    }
    await pool.idle()
    if (!this.#isRunning) return
    if (this.#due.isExhausted) {
      this.#due.forget()
      this.#components.walk()
    }
    this.#schedule()
  }
}

/** Unix milliseconds at which the pin has expired: behind its second, as the check sees it. */
function timeOf({ expireAt }: Pin): number {
  return expireAt.seconds * 1000 + Math.floor(expireAt.nanoseconds / 1e6) + 1
}
