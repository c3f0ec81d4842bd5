import { messageOf, toError } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { withTimeout } from '../../util/signals.ts'
import type { ByteStream } from '../../network/byte-stream.ts'
import { frame } from '../../network/frames.ts'
import { blockIdOf } from '../block-id.ts'
import type { BlockId } from '../block-id.ts'
import type { BlockReader } from '../interface.ts'
import { StepTimer } from '../step-timer.ts'
import { INLINE_SIZE, MAX_ARRIVED, MAX_UNMET_WANTS, MAX_WANTS, SEND_TIMEOUT, TARGET_MESSAGE_SIZE } from './defaults.ts'
import { encodeMessage } from './message.ts'
import type { Dialect, Payload, Presence, WantEntry } from './message.ts'

/** A stream to a peer, and what can be said on it. */
export interface OutgoingStream {
  readonly bytes: ByteStream
  readonly dialect: Dialect
}

/** What a {@link PeerQueue} needs. */
export interface PeerQueueInit {
  /** Opens a stream on a connection that is there. */
  open(signal: AbortSignal): Promise<OutgoingStream>
  blocks: BlockReader
  log: Logger
}

interface Outgoing {
  readonly wants: WantEntry[]
  readonly presences: Presence[]
  readonly blocks: Payload[]
}

/**
 * Everything that goes to one peer: our wants, and answers to its wants. A block is read only when its turn has come
 * and the peer has taken what was sent before, so a peer that asks for much or reads slowly holds little memory.
 */
export class PeerQueue {
  readonly #init: PeerQueueInit
  readonly #abort = new AbortController()
  readonly #wants = new Map<BlockId, WantEntry>()
  readonly #questions = new Map<BlockId, WantEntry>()
  /** What it wants and we do not have, the oldest first. */
  readonly #unmet = new Map<BlockId, WantEntry>()
  /** Blocks that came after they were asked for and may not be stored yet. */
  readonly #arrived = new Map<BlockId, Uint8Array>()
  #stream: OutgoingStream | undefined
  #isRunning = false

  constructor(init: PeerQueueInit) {
    this.#init = init
  }

  /** Tells the peer what we want. Later entries for a block replace earlier ones that have not been sent. */
  ask(entry: WantEntry): void {
    this.#wants.set(blockIdOf(entry.cid), entry)
    this.#wake()
  }

  /** The peer wants something, or no longer does. */
  asked(wants: readonly WantEntry[], full: boolean): void {
    if (full) {
      this.#questions.clear()
      this.#unmet.clear()
    }
    for (const want of wants) {
      const id = blockIdOf(want.cid)
      this.#unmet.delete(id)
      if (want.cancel) this.#questions.delete(id)
      else if (this.#questions.size < MAX_WANTS || this.#questions.has(id)) this.#questions.set(id, want)
    }
    this.#wake()
  }

  /** A block came that the peer may have asked for before. */
  arrived(id: BlockId, bytes: Uint8Array): void {
    const want = this.#unmet.get(id)
    if (want === undefined) return
    if (this.#arrived.size < MAX_ARRIVED) this.#arrived.set(id, bytes)
    this.asked([want], false)
  }

  stop(): void {
    const reason = new Error('the peer is gone')
    this.#abort.abort(reason)
    this.#stream?.bytes.abort(reason)
  }

  #wake(): void {
    if (this.#isRunning || this.#abort.signal.aborted) return
    this.#isRunning = true
    void this.#run()
  }

  async #run(): Promise<void> {
    try {
      while (this.#wants.size > 0 || this.#questions.size > 0) await this.#write(await this.#compose())
    } catch (err) {
      if (!this.#abort.signal.aborted) this.#init.log.debug(`could not send: ${messageOf(err)}`)
      // Both sides ask again for what they still want.
      this.#wants.clear()
      this.#questions.clear()
      this.#arrived.clear()
    } finally {
      this.#isRunning = false
    }
  }

  async #compose(): Promise<Outgoing> {
    const wants = this.#takeWants()
    const outgoing: Outgoing = { wants, presences: [], blocks: [] }
    let size = 0
    for (const [id, want] of this.#questions) {
      if (size >= TARGET_MESSAGE_SIZE) break
      this.#questions.delete(id)
      size += await this.#answer(id, want, outgoing)
    }
    return outgoing
  }

  #takeWants(): WantEntry[] {
    const wants: WantEntry[] = []
    for (const [id, want] of this.#wants) {
      if (wants.length >= MAX_WANTS) break
      this.#wants.delete(id)
      wants.push(want)
    }
    return wants
  }

  /** @returns bytes added to the message */
  async #answer(id: BlockId, want: WantEntry, { presences, blocks }: Outgoing): Promise<number> {
    const bytes = this.#arrived.get(id) ?? (await this.#read(want))
    this.#arrived.delete(id)
    if (bytes === undefined) {
      this.#remember(id, want)
      if (want.sendDontHave) presences.push({ cid: want.cid, isThere: false })
      return 0
    }
    if (want.kind === 'have' && bytes.length > INLINE_SIZE) {
      presences.push({ cid: want.cid, isThere: true })
      return 0
    }
    blocks.push({ prefix: prefixOf(want), bytes })
    return bytes.length
  }

  async #read({ cid }: WantEntry): Promise<Uint8Array | undefined> {
    try {
      return await this.#init.blocks.get(cid, { signal: this.#abort.signal })
    } catch (err) {
      this.#abort.signal.throwIfAborted()
      this.#init.log.error(`could not read a block that another peer asked for: ${messageOf(err)}`)
      return undefined
    }
  }

  #remember(id: BlockId, want: WantEntry): void {
    for (const oldest of this.#unmet.keys()) {
      if (this.#unmet.size < MAX_UNMET_WANTS) break
      this.#unmet.delete(oldest)
    }
    this.#unmet.set(id, want)
  }

  async #write(outgoing: Outgoing): Promise<void> {
    if (outgoing.wants.length + outgoing.presences.length + outgoing.blocks.length === 0) return
    const earlier = this.#stream
    if (earlier !== undefined && !earlier.bytes.broken.aborted) {
      try {
        await this.#writeTo(earlier, outgoing)
        return
      } catch (err) {
        // The other side may have closed a stream that was idle; a new one shows whether there is more to it.
        this.#init.log.debug(`opens a new stream: ${messageOf(err)}`)
      }
    }
    this.#stream = await this.#init.open(withTimeout(SEND_TIMEOUT, this.#abort.signal))
    await this.#writeTo(this.#stream, outgoing)
  }

  async #writeTo({ bytes, dialect }: OutgoingStream, outgoing: Outgoing): Promise<void> {
    const timer = new StepTimer(bytes, SEND_TIMEOUT)
    try {
      await bytes.write(frame(encodeMessage({ ...outgoing, full: false }, dialect)))
    } catch (err) {
      bytes.abort(toError(err))
      throw err
    } finally {
      timer.stop()
    }
  }
}

/** Version, codec, hash function and length of the digest, as the peer asked for it. */
function prefixOf({ cid }: WantEntry): Uint8Array {
  const { bytes, multihash } = cid
  if (cid.version === 0) return V0_PREFIX
  return bytes.subarray(0, bytes.length - multihash.digest.length)
}

const V0_PREFIX = Uint8Array.of(0, 0x70, 0x12, 0x20)
