import type { CID } from 'multiformats/cid'
import type { Toucher } from '../dag/blocks.ts'
import { FingerprintSet } from '../dag/fingerprint-set.ts'

/** What an operation holds against garbage collection until it has made its pin. */
export class Lease implements Toucher {
  readonly #touched = new FingerprintSet()
  readonly #onRoot: (root: CID) => void
  readonly #onRelease: () => void

  constructor(onRoot: (root: CID) => void, onRelease: () => void) {
    this.#onRoot = onRoot
    this.#onRelease = onRelease
  }

  /** This block was written or found by the operation. */
  touch(multihash: Uint8Array): void {
    this.#touched.add(multihash)
  }

  /** The operation is about to pin this root: all that is here of its DAG is held. */
  root(cid: CID): void {
    this.#onRoot(cid)
  }

  holds(multihash: Uint8Array): boolean {
    return this.#touched.has(multihash)
  }

  release(): void {
    this.#onRelease()
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
 * collection asks {@link holds} at the moment of removal. Leases given back while a collection runs count until its
 * end, since it may have read the pins before their pin was made.
 */
export class Leases {
  readonly #held = new Set<Lease>()
  readonly #roots = new Map<Lease, CID[]>()
  #collections = 0
  /** Roots that the running collection has not marked yet. */
  #newRoots: CID[] = []
  #retired: Lease[] = []

  take(): Lease {
    const lease: Lease = new Lease(
      (root) => {
        this.#roots.set(lease, [...(this.#roots.get(lease) ?? []), root])
        if (this.#collections > 0) this.#newRoots.push(root)
      },
      () => {
        if (!this.#held.delete(lease)) return
        this.#roots.delete(lease)
        if (this.#collections > 0) this.#retired.push(lease)
      }
    )
    this.#held.add(lease)
    return lease
  }

  /** Whether some operation under way needs the block. */
  holds(multihash: Uint8Array): boolean {
    for (const lease of this.#held) if (lease.holds(multihash)) return true
    return this.#retired.some((lease) => lease.holds(multihash))
  }

  get hasNewRoots(): boolean {
    return this.#newRoots.length > 0
  }

  /** A collection begins. Only one may run at a time. */
  beginCollection(): void {
    this.#collections++
    this.#newRoots = [...this.#roots.values()].flat()
  }

  /** Roots about to be pinned that were not handed out before. */
  takeNewRoots(): CID[] {
    return this.#newRoots.splice(0)
  }

  endCollection(): void {
    this.#collections--
    this.#newRoots = []
    this.#retired = []
  }
}
