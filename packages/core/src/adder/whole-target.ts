import { cidToText } from '@ipfs-cluster/api'
import { ROOTS_AT_ONCE } from './defaults.ts'
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
  readonly #components: Pick<AdderComponents, 'pin'>
  /** The last block is that of the root, which shows only when none comes after it. */
  #last: Block | undefined

  constructor(sink: BlockSink, params: AddParams, components: Pick<AdderComponents, 'pin'>) {
    this.#sink = sink
    this.#params = params
    this.#components = components
  }

  get allocations(): readonly PeerId[] {
    return this.#sink.allocations
  }

  get failed(): AbortSignal {
    return this.#sink.failed
  }

  put(block: Block): Promise<void> | undefined {
    const before = this.#last
    this.#last = block
    return before === undefined ? undefined : this.#sink.put(before)
  }

  takeOutputs(): AddedOutput[] {
    return []
  }

  async complete(roots: readonly CID[], options: AbortOptions): Promise<void> {
    if (this.#last !== undefined) await this.#sink.put({ ...this.#last, pin: this.#canHold(this.#last, roots) })
    await this.#sink.close(options)
    if (this.#params.noPin) return
    const unique = [...new Map(roots.map((root) => [cidToText(root), root])).values()]
    for (let i = 0; i < unique.length; i += ROOTS_AT_ONCE) {
      const some = unique.slice(i, i + ROOTS_AT_ONCE)
      const pins = some.map((root) => this.#components.pin(root, pinOptionsOf(this.#params), this.allocations, options))
      await Promise.all(pins)
    }
  }

  /** A CAR may lack blocks, and a node would look for them for ever. */
  #canHold({ cid }: Block, roots: readonly CID[]): boolean {
    return !this.#params.noPin && this.#params.format === 'unixfs' && roots.at(-1)?.equals(cid) === true
  }

  async abort(reason: unknown): Promise<void> {
    this.#sink.abort(reason)
  }
}
