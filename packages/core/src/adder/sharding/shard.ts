import { MAX_SHARD_BLOCKS, MAX_SHARD_LINKS } from '../defaults.ts'
import { sizeOf } from '../../ipfs/block.ts'
import { linkNodes, rawAlias } from './link-nodes.ts'
import type { PeerId } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { Block } from '../../ipfs/interface.ts'
import type { AbortOptions } from '../../util/startable.ts'
import type { BlockSink } from '../interface.ts'

/** A shard that is being filled: its blocks go to the peers that it is allocated to. */
export class Shard {
  readonly #sink: BlockSink
  readonly #limit: number
  /** The blocks by their multihashes: one that comes again is there already. */
  readonly #links = new Map<string, CID>()
  #size = 0

  /** @param limit - bytes of blocks that it must stay below */
  constructor(sink: BlockSink, limit: number) {
    this.#sink = sink
    this.#limit = limit
  }

  /** Bytes of its blocks. */
  get size(): number {
    return this.#size
  }

  get allocations(): readonly PeerId[] {
    return this.#sink.allocations
  }

  fits(block: Block): boolean {
    const isFree = this.#size + sizeOf(block) < this.#limit && this.#links.size < MAX_SHARD_BLOCKS
    return isFree || this.#links.has(keyOf(block.cid))
  }

  put(block: Block): Promise<void> | undefined {
    const key = keyOf(block.cid)
    if (this.#links.has(key)) return undefined
    this.#links.set(key, rawAlias(block.cid))
    this.#size += sizeOf(block)
    return this.#sink.put(block)
  }

  /**
   * Stores the list of its blocks behind them.
   *
   * @param pin - whether the nodes are to hold it at once
   * @returns the CID of the shard
   */
  async close({ pin, ...options }: AbortOptions & { pin: boolean }): Promise<CID> {
    const [root, ...others] = linkNodes([...this.#links.values()], MAX_SHARD_LINKS)
    for (const node of [{ ...root, pin }, ...others]) await this.#sink.put(node)
    await this.#sink.close(options)
    return root.cid
  }

  abort(reason: unknown): void {
    this.#sink.abort(reason)
  }
}

function keyOf({ multihash: { bytes } }: CID): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
