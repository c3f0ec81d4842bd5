import type { PeerId } from '@ipfs-cluster/api'
import type { BlockSink } from '../adder/interface.ts'
import type { Block } from '../ipfs/interface.ts'
import type { AbortOptions } from '../util/startable.ts'

/**
 * Gives every block to several sinks, as fast as the slowest of them takes it. One that fails is left behind; the
 * whole has failed when the last one has.
 */
export class BlockSinks implements BlockSink {
  readonly allocations: readonly PeerId[]
  readonly #failed = new AbortController()
  #open: BlockSink[]

  constructor(sinks: readonly BlockSink[], allocations: readonly PeerId[]) {
    this.allocations = allocations
    this.#open = [...sinks]
    for (const sink of sinks) sink.failed.addEventListener('abort', () => this.#drop(sink), { once: true })
  }

  get failed(): AbortSignal {
    return this.#failed.signal
  }

  put(block: Block): Promise<void> | undefined {
    const waits = this.#open.map((sink) => sink.put(block)).filter((wait) => wait !== undefined)
    if (waits.length === 0) return undefined
    // Who fails while it is waited for has left by then.
    return Promise.allSettled(waits).then(() => this.#failed.signal.throwIfAborted())
  }

  async close(options: AbortOptions = {}): Promise<void> {
    const results = await Promise.allSettled(this.#open.map((sink) => sink.close(options)))
    options.signal?.throwIfAborted()
    if (results.some((result) => result.status === 'fulfilled')) return
    this.#failed.signal.throwIfAborted()
  }

  abort(reason: unknown): void {
    for (const sink of this.#open) sink.abort(reason)
  }

  #drop(failed: BlockSink): void {
    this.#open = this.#open.filter((sink) => sink !== failed)
    if (this.#open.length === 0) this.#failed.abort(failed.failed.reason)
  }
}
