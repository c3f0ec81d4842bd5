import { ClusterError } from '@ipfs-cluster/api'
import { abortable } from '../util/signals.ts'
import { messageOf } from '../util/errors.ts'
import { BlockQueue } from './block-queue.ts'
import { QUEUE_BYTES } from './defaults.ts'
import type { PeerId } from '@ipfs-cluster/api'
import type { Block, IpfsConnector } from '../ipfs/interface.ts'
import type { AbortOptions } from '../util/startable.ts'
import type { BlockSink } from './interface.ts'

export interface IpfsSinkInit {
  allocations: readonly PeerId[]
  /** Whether the node keeps what is added, so that it may pin it at once. Default true. */
  isAllocated?: boolean
  /** Bytes of blocks that may wait for the node. */
  queueBytes?: number
}

/**
 * A sink into the IPFS node of this peer.
 *
 * @example
 * const sink = ipfsSink({ allocations: [peerId] })({ ipfs })
 */
export function ipfsSink(init: IpfsSinkInit): (components: { ipfs: Pick<IpfsConnector, 'putBlocks'> }) => BlockSink {
  return (components) => new IpfsSink(components.ipfs, init)
}

class IpfsSink implements BlockSink {
  readonly allocations: readonly PeerId[]
  readonly #failed = new AbortController()
  readonly #queue: BlockQueue
  readonly #isAllocated: boolean
  readonly #stored: Promise<void>

  constructor(ipfs: Pick<IpfsConnector, 'putBlocks'>, init: IpfsSinkInit) {
    this.allocations = init.allocations
    this.#isAllocated = init.isAllocated ?? true
    this.#queue = new BlockQueue(init.queueBytes ?? QUEUE_BYTES)
    this.#stored = ipfs.putBlocks(this.#queue, { signal: this.#failed.signal }).catch((cause: unknown) => {
      const message = `failed to put block on all destinations: ${messageOf(cause)}`
      this.abort(new ClusterError('ERR_BLOCK_PUT', message, { cause }))
    })
  }

  get failed(): AbortSignal {
    return this.#failed.signal
  }

  put(block: Block): Promise<void> | undefined {
    return this.#queue.push(this.#isAllocated || block.pin !== true ? block : { ...block, pin: false })
  }

  async close(options: AbortOptions = {}): Promise<void> {
    this.#queue.end()
    await abortable(this.#stored, options)
    this.#failed.signal.throwIfAborted()
  }

  abort(reason: unknown): void {
    this.#failed.abort(reason)
    this.#queue.fail(reason)
  }
}
