import { abortable } from '../../util/signals.ts'
import type { BlockId } from '../block-id.ts'
import { MAX_PREFETCHED, MAX_PREFETCHED_BYTES, PREFETCH_PATIENCE } from './defaults.ts'

/**
 * Blocks that came before they were asked for, in bounded number. Who brings them waits while there are too many; but
 * if somebody waits for a block that is yet to come, the oldest are dropped to let it through.
 */
export class PrefetchBuffer {
  readonly #onIdle: () => void
  readonly #blocks = new Map<BlockId, Uint8Array>()
  readonly #awaited = new Map<BlockId, PromiseWithResolvers<Uint8Array | undefined>>()
  #bytes = 0
  #changed = change()
  #idle: NodeJS.Timeout | undefined

  /** @param onIdle - hears when the blocks were dropped because nobody asked for any in a long time */
  constructor(onIdle: () => void) {
    this.#onIdle = onIdle
  }

  /** Takes a block out. */
  take(id: BlockId): Uint8Array | undefined {
    const bytes = this.#blocks.get(id)
    if (bytes !== undefined) this.#drop(id, bytes)
    return bytes
  }

  /** Resolves when the block is there, with undefined when it will not come. */
  wait(id: BlockId): Promise<Uint8Array | undefined> {
    const awaited = this.#awaited.get(id) ?? Promise.withResolvers<Uint8Array | undefined>()
    this.#awaited.set(id, awaited)
    this.#notify()
    return awaited.promise
  }

  /** @throws the reason of `signal`; an error when nobody has asked for any block for long */
  async put(id: BlockId, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    this.#idle ??= setTimeout(() => this.#expire(), PREFETCH_PATIENCE).unref()
    while (this.#isFull && this.#awaited.size === 0) await abortable(this.#changed.promise, { signal })
    signal.throwIfAborted()
    if (this.#settle(id, bytes) || this.#blocks.has(id)) return
    for (const [oldest, block] of this.#blocks) {
      if (!this.#isFull) break
      this.#drop(oldest, block)
    }
    this.#blocks.set(id, bytes)
    this.#bytes += bytes.length
  }

  /** The block will not come. */
  giveUp(id: BlockId): void {
    this.#settle(id, undefined)
  }

  close(): void {
    clearTimeout(this.#idle)
    for (const id of [...this.#awaited.keys()]) this.#settle(id, undefined)
    this.#blocks.clear()
    this.#bytes = 0
  }

  get #isFull(): boolean {
    return this.#blocks.size >= MAX_PREFETCHED || this.#bytes >= MAX_PREFETCHED_BYTES
  }

  #settle(id: BlockId, bytes: Uint8Array | undefined): boolean {
    const awaited = this.#awaited.get(id)
    this.#awaited.delete(id)
    awaited?.resolve(bytes)
    this.#idle?.refresh()
    return awaited !== undefined
  }

  #drop(id: BlockId, bytes: Uint8Array): void {
    this.#blocks.delete(id)
    this.#bytes -= bytes.length
    this.#notify()
  }

  #notify(): void {
    this.#idle?.refresh()
    this.#changed.resolve()
    this.#changed = change()
  }

  /** Nobody wants these blocks any more. */
  #expire(): void {
    this.#idle = undefined
    if (this.#awaited.size > 0) return
    this.#changed.reject(new Error('nobody asks for what was fetched'))
    this.#changed = change()
    this.#blocks.clear()
    this.#bytes = 0
    this.#onIdle()
  }
}

/** Something to wait for, which may fail when nobody does. */
function change(): PromiseWithResolvers<void> {
  const resolvers = Promise.withResolvers<void>()
  resolvers.promise.catch(() => {})
  return resolvers
}
