import { sizeOf } from '../ipfs/block.ts'
import type { Block } from '../ipfs/interface.ts'

/** What a block costs besides its data, so that a flood of tiny ones is bounded too. */
const OVERHEAD_BYTES = 256

/** Passes blocks from one who makes them to one who takes them, holding up the maker when the taker is behind. */
export class BlockQueue implements AsyncIterable<Block> {
  readonly #limit: number
  #blocks: Block[] = []
  #bytes = 0
  #ended = false
  #error: Error | undefined
  #room = Promise.withResolvers<void>()
  #news = Promise.withResolvers<void>()

  /** @param limit - bytes that may wait before the maker has to; one block more may come in */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Adds a block. @returns a promise when there is no more room: the maker must wait for it */
  push(block: Block): Promise<void> | undefined {
    if (this.#error !== undefined) return Promise.reject(this.#error)
    this.#blocks.push(block)
    this.#bytes += sizeOf(block) + OVERHEAD_BYTES
    this.#news.resolve()
    return this.#bytes > this.#limit ? this.#room.promise : undefined
  }

  /** There are no more blocks: the iteration ends after those that wait. */
  end(): void {
    this.#ended = true
    this.#news.resolve()
  }

  /** Ends both sides with an error and drops what waits. */
  fail(error: unknown): void {
    this.#error ??= error instanceof Error ? error : new Error(String(error))
    this.#blocks = []
    this.#bytes = 0
    this.#room.reject(this.#error)
    // Nobody may be waiting for room.
    this.#room.promise.catch(() => {})
    this.#news.resolve()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Block, void, undefined> {
    for (;;) {
      const blocks = this.#takeAll()
      yield* blocks
      if (this.#error !== undefined) throw this.#error
      if (blocks.length > 0) continue
      if (this.#ended) return
      await this.#news.promise
      this.#news = Promise.withResolvers<void>()
    }
  }

  /** Takes all that waits at once: the maker fills the queue again while these are on their way. */
  #takeAll(): Block[] {
    const blocks = this.#blocks
    this.#blocks = []
    if (this.#bytes > this.#limit) {
      this.#room.resolve()
      this.#room = Promise.withResolvers<void>()
    }
    this.#bytes = 0
    return blocks
  }
}
