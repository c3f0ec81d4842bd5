import { pinOptionsOf } from './pin-options.ts'
import type { AddedOutput, AddParams, PeerId } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { Block } from '../ipfs/interface.ts'
import type { AbortOptions } from '../util/startable.ts'
import type { AdderComponents, AddTarget, BlockSink } from './interface.ts'

/** Stores all blocks in the same place, and pins the roots there. */
export class WholeTarget implements AddTarget {
  readonly #sink: BlockSink
  readonly #params: AddParams
  readonly #pin: AdderComponents['pin']

  constructor(sink: BlockSink, params: AddParams, pin: AdderComponents['pin']) {
    this.#sink = sink
    this.#params = params
    this.#pin = pin
  }

  get allocations(): readonly PeerId[] {
    return this.#sink.allocations
  }

  get failed(): AbortSignal {
    return this.#sink.failed
  }

  put(block: Block): Promise<void> | undefined {
    return this.#sink.put(block)
  }

  takeOutputs(): AddedOutput[] {
    return []
  }

  async complete(roots: readonly CID[], options: AbortOptions): Promise<void> {
    await this.#sink.close(options)
    if (this.#params.noPin) return
    for (const root of roots) await this.#pin(root, pinOptionsOf(this.#params), this.allocations, options)
  }

  async abort(reason: unknown): Promise<void> {
    this.#sink.abort(reason)
  }
}
