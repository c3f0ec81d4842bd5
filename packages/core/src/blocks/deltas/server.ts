import type { PeerId } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { ByteStream } from '../../network/byte-stream.ts'
import { frame, readFrames } from '../../network/frames.ts'
import { messageOf, toError } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import type { BlockReader } from '../interface.ts'
import { StepTimer } from '../step-timer.ts'
import { MAX_CIDS, MAX_REQUEST_SIZE, MAX_REQUESTS, STEP_TIMEOUT, TARGET_ANSWER_SIZE } from './defaults.ts'
import { decodeRequest, encodeAnswer, EndStatus } from './messages.ts'
import type { Answer, Request, StretchRequest } from './messages.ts'
import type { Followers } from './followers.ts'
import { WalkDown } from './walk-down.ts'

/** What a {@link DeltaServer} needs. */
export interface DeltaServerInit {
  blocks: BlockReader
  /** Heads of this peer at the time of the call. */
  heads(): readonly CID[]
  /** Whether a peer may be told of new blocks as they are made. */
  isTrusted(peer: PeerId): boolean
  followers: Followers
  log: Logger
}

/** Answers what other peers ask for. Each stream has one request. */
export class DeltaServer {
  readonly #init: DeltaServerInit
  #requests = 0

  constructor(init: DeltaServerInit) {
    this.#init = init
  }

  /** Resolves when the request is answered or has failed; never rejects. */
  async serve(stream: ByteStream, peer: PeerId): Promise<void> {
    try {
      const request = await inTime(stream, readRequest(stream))
      if (request.kind === 'follow' && this.#mayFollow(peer)) await this.#feed(stream, peer)
      else await this.#serveRequest(request, stream)
      await stream.close()
    } catch (err) {
      this.#init.log.debug(`a request of ${peer} failed: ${messageOf(err)}`)
      stream.abort(toError(err))
    }
  }

  #mayFollow(peer: PeerId): boolean {
    return this.#init.isTrusted(peer) && !this.#init.followers.isFull
  }

  async #feed(stream: ByteStream, peer: PeerId): Promise<void> {
    for await (const blocks of this.#init.followers.follow(peer, stream.broken)) {
      await inTime(stream, stream.write(frame(encodeAnswer({ blocks }))))
    }
  }

  async #serveRequest(request: Request, stream: ByteStream): Promise<void> {
    const timer = new StepTimer(stream, STEP_TIMEOUT)
    this.#requests++
    try {
      for await (const answer of this.#answer(request, stream.broken)) {
        await stream.write(frame(encodeAnswer(answer)))
        timer.step()
      }
    } finally {
      this.#requests--
      timer.stop()
    }
  }

  async *#answer(request: Request, signal: AbortSignal): AsyncGenerator<Partial<Answer>> {
    if (this.#requests > MAX_REQUESTS || request.kind === 'follow') yield { end: EndStatus.BUSY }
    else if (request.kind === 'heads') yield { heads: this.#init.heads().slice(0, MAX_CIDS), end: EndStatus.DONE }
    else if (request.kind === 'stretch') yield* this.#stretch(request, signal)
    else yield { end: EndStatus.UNKNOWN_REQUEST }
  }

  async *#stretch(request: StretchRequest, signal: AbortSignal): AsyncGenerator<Partial<Answer>> {
    const walk = new WalkDown(this.#init.blocks)
    let blocks: Uint8Array[] = []
    let size = 0
    for await (const bytes of walk.run(request, { signal })) {
      blocks.push(bytes)
      size += bytes.length
      if (size < TARGET_ANSWER_SIZE) continue
      yield { blocks }
      blocks = []
      size = 0
    }
    yield { blocks, end: walk.isCut ? EndStatus.LIMIT : EndStatus.DONE }
  }
}

/** Breaks the stream when the other side does not do its part in time. */
function inTime<T>(stream: ByteStream, step: Promise<T>): Promise<T> {
  const timer = new StepTimer(stream, STEP_TIMEOUT)
  return step.finally(() => timer.stop())
}

async function readRequest(stream: ByteStream): Promise<Request> {
  for await (const message of readFrames(stream, MAX_REQUEST_SIZE)) return decodeRequest(message)
  throw new Error('the stream ended before the request')
}
