import type { Stream } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { Uint8ArrayList } from 'uint8arraylist'
import { MAX_BLOCK_SIZE } from '../../defaults.ts'
import type { BlockStore } from '../../store/block-store.ts'
import {
  MAX_OPEN_WANTS,
  MAX_REQUEST_SIZE,
  MAX_SERVED,
  MAX_UNSENT,
  READ_AHEAD_BLOCKS,
  READ_AHEAD_BYTES,
  SERVER_IDLE_CLOSE,
  STEP_TIMEOUT,
  TARGET_WRITE_SIZE
} from './defaults.ts'
import { decodeWants, encodeBlockHead, encodeRefusal, Status } from './messages.ts'
import { readMessages, sendAndWait } from './stream.ts'

/** What a server reads from. */
export type ServedStore = Pick<BlockStore, 'get' | 'size' | 'locate'>

/** Answers other nodes. */
export class BlockServer {
  readonly #store: ServedStore
  readonly #maxServed: number
  #served = 0

  constructor(store: ServedStore, init: { maxServed?: number } = {}) {
    this.#store = store
    this.#maxServed = init.maxServed ?? MAX_SERVED
  }

  /** Resolves when the asker has ended the stream, or it broke; never rejects. */
  async serve(stream: Stream): Promise<void> {
    this.#served++
    try {
      await new Service(stream, this.#store, this.#served > this.#maxServed).run()
      await stream.close()
    } catch (err) {
      stream.abort(err instanceof Error ? err : new Error(String(err)))
    } finally {
      this.#served--
    }
  }
}

/** A block on its way from the disk. */
interface Reading {
  /** As far as it is known before. */
  size: number
  block: Promise<Uint8Array | undefined>
}

/** One stream of an asker. */
class Service {
  readonly #stream: Stream
  readonly #store: ServedStore
  readonly #isBusy: boolean
  readonly #wants: CID[] = []
  readonly #reading: Reading[] = []
  #readingBytes = 0
  #unsent = new Uint8ArrayList()
  #hasEnded = false
  #wake = (): void => {}

  constructor(stream: Stream, store: ServedStore, isBusy: boolean) {
    this.#stream = stream
    this.#store = store
    this.#isBusy = isBusy
    readMessages(stream, MAX_REQUEST_SIZE, (message) => this.#onWants(message))
    for (const event of ['remoteCloseWrite', 'close'] as const) {
      stream.addEventListener(event, () => {
        this.#hasEnded = true
        this.#wake()
      })
    }
  }

  async run(): Promise<void> {
    while (this.#stream.status === 'open') {
      await this.#answerWants()
      if (this.#wants.length === 0 && (this.#hasEnded || !(await this.#moreWants()))) return
    }
  }

  #onWants(message: Uint8Array): void {
    const wants = decodeWants(message)
    if (this.#wants.length + this.#reading.length + wants.length > MAX_OPEN_WANTS) throw new Error('too many wants')
    this.#wants.push(...wants)
    this.#wake()
  }

  async #answerWants(): Promise<void> {
    const timer = setTimeout(() => this.#stream.abort(new Error('the other node is too slow')), STEP_TIMEOUT)
    timer.unref()
    try {
      for (let next = this.#nextBlock(); next !== undefined; next = this.#nextBlock()) {
        this.#answer(await next.block)
        this.#readingBytes -= next.size
        if (this.#unsent.byteLength < TARGET_WRITE_SIZE) continue
        await this.#send()
        timer.refresh()
      }
      if (this.#unsent.byteLength > 0) await this.#send()
    } finally {
      clearTimeout(timer)
    }
  }

  #answer(block: Uint8Array | undefined): void {
    if (block === undefined) this.#unsent.append(encodeRefusal(this.#isBusy ? Status.BUSY : Status.ABSENT))
    else this.#unsent.append(new Uint8ArrayList(encodeBlockHead(block.length), block))
  }

  /** The block whose turn it is; the disk is at work for those behind it. */
  #nextBlock(): Reading | undefined {
    while (this.#reading.length < READ_AHEAD_BLOCKS && this.#readingBytes < READ_AHEAD_BYTES) {
      const cid = this.#wants.shift()
      if (cid === undefined) break
      const reading = this.#read(cid.multihash.bytes)
      this.#readingBytes += reading.size
      this.#reading.push(reading)
    }
    return this.#reading.shift()
  }

  #read(multihash: Uint8Array): Reading {
    if (this.#isBusy) return { size: 0, block: Promise.resolve(undefined) }
    const block = this.#load(multihash)
    // Its failure counts when its turn comes.
    block.catch(() => {})
    return { size: this.#store.locate(multihash)?.length ?? 0, block }
  }

  async #load(multihash: Uint8Array): Promise<Uint8Array | undefined> {
    const size = await this.#store.size(multihash)
    return size === undefined || size > MAX_BLOCK_SIZE ? undefined : this.#store.get(multihash)
  }

  async #send(): Promise<void> {
    const bytes = this.#unsent
    this.#unsent = new Uint8ArrayList()
    await sendAndWait(this.#stream, bytes, MAX_UNSENT)
  }

  /** Waits for the asker. @returns whether it wants more */
  async #moreWants(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    const timer = setTimeout(resolve, SERVER_IDLE_CLOSE)
    timer.unref()
    if (!this.#hasEnded && this.#wants.length === 0) await promise
    clearTimeout(timer)
    return this.#wants.length > 0
  }
}
