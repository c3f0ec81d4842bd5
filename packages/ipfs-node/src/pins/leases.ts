import { setImmediate as nextTurn } from 'node:timers/promises'
import type { CID } from 'multiformats/cid'
import type { Toucher } from '../dag/blocks.ts'
import { FingerprintSet } from '../dag/fingerprint-set.ts'

/** What is told of a lease. */
interface LeaseEvents {
  onTouch(multihash: Uint8Array): void
  onRoot(root: CID): void
  onRelease(): void
}

/** What an operation holds against garbage collection until it has made its pin. */
export class Lease implements Toucher {
  readonly touched: FingerprintSet = new FingerprintSet()
  readonly #events: LeaseEvents

  constructor(events: LeaseEvents) {
    this.#events = events
  }

  /** This block was written or found by the operation. */
  touch(multihash: Uint8Array): void {
    this.touched.add(multihash)
    this.#events.onTouch(multihash)
  }

  /** The operation is about to pin this root: all that is here of its DAG is held. */
  root(cid: CID): void {
    this.#events.onRoot(cid)
  }

  release(): void {
    this.#events.onRelease()
  }

  [Symbol.dispose](): void {
    this.release()
  }
}

/**
 * Keeps garbage collection off the blocks of adds, imports and pins under way, without making either wait for the
 * other: a pin may wait for hours for a block that nobody has.
 *
 * An operation takes a lease, which learns of every block that it touches and every root that it is about to pin. A
 * collection asks {@link holds} at the moment of removal. What is touched while a collection runs counts until its end,
 * also of leases given back since, for it may have read the pins before their pin was made.
 */
export class Leases {
  /** The leases held, and the roots that each is about to pin. */
  readonly #held = new Map<Lease, CID[]>()
  /** While a collection runs: what leases have touched that were held at its start or taken since. */
  #touched: FingerprintSet | undefined
  /** Roots that the running collection has not marked yet. */
  #newRoots: CID[] = []

  take(): Lease {
    const lease: Lease = new Lease({
      onTouch: (multihash) => this.#touched?.add(multihash),
      onRoot: (root) => {
        this.#held.get(lease)?.push(root)
        if (this.#touched !== undefined) this.#newRoots.push(root)
      },
      onRelease: () => this.#held.delete(lease)
    })
    this.#held.set(lease, [])
    return lease
  }

  /** Whether some operation under way needs the block. */
  holds(multihash: Uint8Array): boolean {
    if (this.#touched !== undefined) return this.#touched.has(multihash)
    return this.#held.keys().some((lease) => lease.touched.has(multihash))
  }

  get hasNewRoots(): boolean {
    return this.#newRoots.length > 0
  }

  /** A collection begins. Only one may run at a time. */
  async beginCollection(): Promise<void> {
    const touched = new FingerprintSet()
    this.#touched = touched
    this.#newRoots = [...this.#held.values()].flat()
    for (const lease of [...this.#held.keys()]) for (const _ of touched.addAll(lease.touched)) await nextTurn()
  }

  /** Roots about to be pinned that were not handed out before. */
  takeNewRoots(): CID[] {
    return this.#newRoots.splice(0)
  }

  endCollection(): void {
    this.#touched = undefined
    this.#newRoots = []
  }
}
