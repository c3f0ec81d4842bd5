import type { CID } from 'multiformats/cid'
import { keyOf } from '../store/block-store.ts'

/** Asks other nodes for a block until it comes or the signal is aborted. */
export type Fetch = (cid: CID, signal: AbortSignal) => Promise<Uint8Array>

/** A quicker way, which gives up by itself: undefined when the block cannot be had by it now. */
export type FetchFirst = (cid: CID, signal: AbortSignal) => Promise<Uint8Array | undefined>

/** A block that is asked for again gets a fresh place in the messages to other nodes, in case one was lost. */
const RETRY_MS = 15_000
const NOBODY_WAITS = new Error('nobody waits for the block any more')

interface Want {
  promise: Promise<Uint8Array>
  resolve(bytes: Uint8Array): void
  waiters: number
  stop: AbortController
}

/**
 * One request for all who wait for the same block. It ends when the block comes from another node, when it is put here
 * by somebody else, or when nobody waits for it any more: Helia's Bitswap by itself forgets a block for all when one
 * of them gives up, and does not see that it has come another way.
 */
export class SharedWants {
  readonly #fetch: Fetch
  readonly #fetchFirst: FetchFirst | undefined
  readonly #wants = new Map<string, Want>()

  constructor(fetch: Fetch, fetchFirst?: FetchFirst) {
    this.#fetch = fetch
    this.#fetchFirst = fetchFirst
  }

  /** Waits for a block. Aborting the signal ends only this wait. */
  async want(cid: CID, signal?: AbortSignal): Promise<Uint8Array> {
    signal?.throwIfAborted()
    const key = keyOf(cid.multihash.bytes)
    const want = this.#wants.get(key) ?? this.#begin(cid, key)
    want.waiters++
    const given = Promise.withResolvers<never>()
    const giveUp = (): void => given.reject(signal?.reason)
    signal?.addEventListener('abort', giveUp, { once: true })
    try {
      return await Promise.race([want.promise, given.promise])
    } finally {
      signal?.removeEventListener('abort', giveUp)
      if (--want.waiters === 0) this.#end(key, want)
    }
  }

  /** Whether somebody waits for the block. */
  has(cid: CID): boolean {
    return this.#wants.has(keyOf(cid.multihash.bytes))
  }

  /** The block has come another way. */
  arrived(cid: CID, bytes: Uint8Array): void {
    this.#wants.get(keyOf(cid.multihash.bytes))?.resolve(bytes)
  }

  #begin(cid: CID, key: string): Want {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
    const stop = new AbortController()
    const want: Want = { promise, resolve, waiters: 0, stop }
    this.#wants.set(key, want)
    // Nobody may be waiting any more when it fails.
    promise.catch(() => {})
    this.#ask(cid, stop.signal).then(resolve, reject)
    return want
  }

  async #ask(cid: CID, stop: AbortSignal): Promise<Uint8Array> {
    for (;;) {
      if (this.#fetchFirst !== undefined) {
        const bytes = await this.#fetchFirst(cid, stop)
        if (bytes !== undefined) return bytes
      }
      const patience = AbortSignal.timeout(RETRY_MS)
      try {
        return await this.#fetch(cid, AbortSignal.any([stop, patience]))
      } catch (err) {
        if (stop.aborted || !patience.aborted) throw err
      }
    }
  }

  #end(key: string, want: Want): void {
    // Made once: an error of its own for each block, with its stack, costs more than the rest of a want.
    want.stop.abort(NOBODY_WAITS)
    if (this.#wants.get(key) === want) this.#wants.delete(key)
  }
}
