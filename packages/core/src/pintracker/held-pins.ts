import { ClusterError } from '@ipfs-cluster/api'
import type { IpfsConnector, IpfsPinStatus } from '../ipfs/interface.ts'
import { isPinnedAs } from '../ipfs/pin-status.ts'
import { messageOf } from '../util/errors.ts'
import type { AbortOptions } from '../util/startable.ts'
import type { CidKey } from './cid-key.ts'
import { bytesOfKey } from './cid-key.ts'
import { CidSet } from './cid-set.ts'

/** How the IPFS node holds a pin, as the value that a CidSet keeps. */
const HELD_AS: readonly IpfsPinStatus[] = ['unpinned', 'direct', 'recursive']
/** The same for a pin that was made after the IPFS node had listed its pins. */
const JUST_PINNED = 3

type Asked = Pick<IpfsConnector, 'heldPins'>

/**
 * What the IPFS node says that it holds, for those who compare the pinset with it. While one does, the pins that are made
 * are noted, or they would be missing in what the node had said before.
 */
export class HeldPins {
  readonly #ipfs: Asked
  readonly #open = new Set<CidSet>()

  constructor(ipfs: Asked) {
    this.#ipfs = ipfs
  }

  /** A pin was made. */
  made(key: CidKey): void {
    for (const held of this.#open) held.add(bytesOfKey(key), JUST_PINNED)
  }

  /** To be disposed of when the comparison is over. */
  open(): HeldSet {
    const held = new CidSet()
    this.#open.add(held)
    return new HeldSet(this.#ipfs, held, () => this.#open.delete(held))
  }

  /** @throws ClusterError when the IPFS node cannot say what it has pinned: all that is held there is in doubt then */
  async probe(options: AbortOptions): Promise<void> {
    try {
      for await (const _ of this.#ipfs.heldPins(['recursive'], options)) return
    } catch (err) {
      options.signal?.throwIfAborted()
      throw ipfsPinsetError(err)
    }
  }
}

/** The pins that the IPFS node holds, as one comparison sees them. */
export class HeldSet implements Disposable {
  readonly #ipfs: Asked
  readonly #held: CidSet
  readonly #end: () => void

  constructor(ipfs: Asked, held: CidSet, end: () => void) {
    this.#ipfs = ipfs
    this.#held = held
    this.#end = end
  }

  /**
   * Asks the IPFS node for all of them.
   *
   * @throws ClusterError `ERR_IPFS_UNAVAILABLE`
   */
  async ask(options: AbortOptions): Promise<void> {
    try {
      for await (const pins of this.#ipfs.heldPins(['recursive', 'direct'], options)) {
        for (const { cid, status } of pins) this.#held.add(cid, Math.max(0, HELD_AS.indexOf(status)))
      }
    } catch (err) {
      options.signal?.throwIfAborted()
      throw ipfsPinsetError(err)
    }
  }

  /** Whether a CID is held as a pin of that depth wants it. */
  has(cid: Uint8Array, maxDepth: number): boolean {
    const status = this.#held.get(cid)
    return status === JUST_PINNED || isPinnedAs(HELD_AS[status] ?? 'unpinned', maxDepth)
  }

  [Symbol.dispose](): void {
    this.#end()
  }
}

function ipfsPinsetError(cause: unknown): ClusterError {
  return new ClusterError('ERR_IPFS_UNAVAILABLE', `could not get pinset from IPFS: ${messageOf(cause)}`, { cause })
}
