import { ClusterError } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { ByteStream } from '../../network/byte-stream.ts'
import { frame, readFrames } from '../../network/frames.ts'
import { toError } from '../../util/errors.ts'
import type { AbortOptions } from '../../util/startable.ts'
import { StepTimer } from '../step-timer.ts'
import { MAX_ANSWER_SIZE, STEP_TIMEOUT } from './defaults.ts'
import { decodeAnswer, encodeRequest, EndStatus } from './messages.ts'
import type { Answer, Request, StretchRequest } from './messages.ts'

/** Asks for the heads of the other peer. */
export async function askHeads(stream: ByteStream, options: AbortOptions = {}): Promise<CID[]> {
  const heads: CID[] = []
  for await (const answer of ask(stream, { kind: 'heads' }, options)) heads.push(...answer.heads)
  return heads
}

/**
 * Asks for a stretch. Blocks come many together, as views of a message that are valid until the next one, unchecked;
 * each before all blocks below it. The other side is held up as long as none are taken; leaving the loop ends the answer.
 *
 * @throws ClusterError `ERR_PEER_UNREACHABLE` when the other side will not answer, `ERR_STREAM` when it broke off,
 * `ERR_BAD_ENCODING` when the answer makes no sense
 */
export async function* askStretch(
  stream: ByteStream,
  request: StretchRequest,
  options: AbortOptions = {}
): AsyncGenerator<readonly Uint8Array[], void, undefined> {
  for await (const { blocks } of ask(stream, { kind: 'stretch', ...request }, options)) yield blocks
}

/**
 * Asks for the blocks that the other peer makes from now on. They come as with {@link askStretch}, those of one peer the
 * lowest first, until the stream breaks or the loop is left.
 *
 * @throws ClusterError `ERR_PEER_UNREACHABLE` when the other side will not tell, `ERR_STREAM` when it broke off,
 * `ERR_BAD_ENCODING` when the answer makes no sense
 */
export async function* askFollow(
  stream: ByteStream,
  options: AbortOptions = {}
): AsyncGenerator<readonly Uint8Array[], void, undefined> {
  for await (const { blocks } of ask(stream, { kind: 'follow' }, options)) yield blocks
}

async function* ask(
  stream: ByteStream,
  request: Exclude<Request, { kind: 'unknown' }>,
  { signal }: AbortOptions
): AsyncGenerator<Answer, void, undefined> {
  const onAbort = (): void => stream.abort(toError(signal?.reason))
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    signal?.throwIfAborted()
    await stream.write(frame(encodeRequest(request)))
    // Between two new blocks there may be hours.
    yield* readAnswers(stream, request.kind === 'follow' ? undefined : STEP_TIMEOUT)
  } finally {
    signal?.removeEventListener('abort', onAbort)
    // Also when the answer is not at its end: what still comes is of no use.
    stream.abort(new Error('nobody listens any more'))
  }
}

async function* readAnswers(stream: ByteStream, patience: number | undefined): AsyncGenerator<Answer, void, undefined> {
  const messages = readFrames(stream, MAX_ANSWER_SIZE)
  for (;;) {
    // Only the other side is in a hurry: how long the caller takes is up to the caller.
    const timer = patience === undefined ? undefined : new StepTimer(stream, patience)
    const next = await messages.next().finally(() => timer?.stop())
    if (next.done === true) throw new ClusterError('ERR_STREAM', 'the other peer broke its answer off')
    const answer = decodeAnswer(next.value)
    yield answer
    if (answer.end === undefined) continue
    if (answer.end === EndStatus.DONE || answer.end === EndStatus.LIMIT) return
    throw new ClusterError('ERR_PEER_UNREACHABLE', `the other peer does not answer now (status ${answer.end})`)
  }
}
