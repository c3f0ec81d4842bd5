import type { BlockId } from '../block-id.ts'
import { MAX_PUSHED, MAX_PUSHED_BYTES } from './defaults.ts'

/** Blocks that other peers sent as they made them, until the replica takes them; the oldest are dropped. */
export class PushedBlocks {
  readonly #blocks = new Map<BlockId, Uint8Array>()
  #bytes = 0

  add(id: BlockId, bytes: Uint8Array): void {
    this.take(id)
    this.#blocks.set(id, bytes)
    this.#bytes += bytes.length
    for (const oldest of this.#blocks.keys()) {
      if (this.#blocks.size <= MAX_PUSHED && this.#bytes <= MAX_PUSHED_BYTES) return
      this.take(oldest)
    }
  }

  has(id: BlockId): boolean {
    return this.#blocks.has(id)
  }

  take(id: BlockId): Uint8Array | undefined {
    const bytes = this.#blocks.get(id)
    if (bytes === undefined) return undefined
    this.#blocks.delete(id)
    this.#bytes -= bytes.length
    return bytes
  }
}
