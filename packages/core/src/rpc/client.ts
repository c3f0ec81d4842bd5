import type { PeerId } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import { pipe } from 'it-pipe'
import { msgpack } from '../codec/index.ts'
import type { ByteStream } from '../network/byte-stream.ts'
import { toError } from '../util/errors.ts'
import type { AbortOptions } from '../util/startable.ts'
import { withSignal } from '../util/with-signal.ts'
import { batches } from './batches.ts'
import type { RpcClientInit } from './defaults.ts'
import { DEFAULT_MAX_REPLY_BYTES, RPC_PROTOCOL } from './defaults.ts'
import type { RpcContext, ServedService, StreamingHandler, UnaryHandler } from './handlers.ts'
import { Endpoints } from './handlers.ts'
import type { ResponseHeader } from './header.ts'
import { ErrorType, responseHeaderMsgpack, serviceIdMsgpack } from './header.ts'
import type { RpcClient, RpcNetwork } from './interface.ts'
import type { MethodName, StreamingMethod, UnaryMethod } from './service.ts'
import type { RawValue } from './value-reader.ts'
import { decodeValue, ValueReader } from './value-reader.ts'

/** What calling other peers needs. */
export interface RpcClientComponents {
  peerId: PeerId
  network: RpcNetwork
  /** What answers the calls of this peer to itself. */
  services?: Iterable<ServedService>
}

/** Calls over one stream each. */
export class StreamRpcClient implements RpcClient {
  readonly #peerId: PeerId
  readonly #network: RpcNetwork
  readonly #endpoints: Endpoints
  readonly #maxReplyBytes: number
  readonly #protocol: string

  constructor({ peerId, network, services = [] }: RpcClientComponents, init: RpcClientInit) {
    this.#peerId = peerId
    this.#network = network
    this.#endpoints = new Endpoints(services)
    this.#protocol = init.protocol ?? RPC_PROTOCOL
    this.#maxReplyBytes = init.maxReplyBytes ?? DEFAULT_MAX_REPLY_BYTES
  }

  async call<A, R>(peer: PeerId, method: UnaryMethod<A, R>, argument: A, options: AbortOptions = {}): Promise<R> {
    options.signal?.throwIfAborted()
    if (this.#isSelf(peer)) return (this.#local(method) as UnaryHandler<A, R>)(argument, this.#context(options))
    const request = Buffer.concat([encodeId(method), msgpack.encodeMsgpack(method.argument, argument)])
    const stream = await this.#network.open(peer, this.#protocol, options)
    const answer = await this.#exchange(stream, request, method, options)
    if (answer instanceof ClusterError) throw answer
    return answer.reply
  }

  async *stream<A, R>(
    peer: PeerId,
    method: StreamingMethod<A, R>,
    args: AsyncIterable<A> | Iterable<A>,
    options: AbortOptions = {}
  ): AsyncGenerator<R, void, undefined> {
    for await (const part of this.streamParts(peer, method, args, options)) for (const reply of part) yield reply
  }

  async *streamParts<A, R>(
    peer: PeerId,
    method: StreamingMethod<A, R>,
    args: AsyncIterable<A> | Iterable<A>,
    options: AbortOptions = {}
  ): AsyncGenerator<readonly R[], void, undefined> {
    options.signal?.throwIfAborted()
    if (this.#isSelf(peer)) {
      const handler = this.#local(method) as StreamingHandler<A, R>
      for await (const reply of handler(asyncItems(args), this.#context(options))) yield [reply]
      return
    }
    const stream = await this.#network.open(peer, this.#protocol, options)
    const release = abortWith(stream, options)
    const sending = new AbortController()
    let isSent = false
    let isAnswered = false
    void send(stream, requestValues(method, args), sending.signal).then((result) => (isSent = result))
    try {
      yield* this.#replies(new ValueReader(stream), method)
      isAnswered = true
    } finally {
      release()
      if (isSent && isAnswered) {
        void stream.close()
      } else {
        const reason = new Error('the caller wants no more')
        sending.abort(reason)
        stream.abort(reason)
      }
    }
  }

  #isSelf(peer: PeerId): boolean {
    return peer === '' || peer === this.#peerId
  }

  /** @throws ClusterError when this peer does not serve the method */
  #local(method: MethodName): UnaryHandler<never, unknown> | StreamingHandler<never, unknown> {
    const handler = this.#endpoints.find(method)?.handler
    if (handler === undefined) throw new ClusterError('ERR_RPC_SERVER', `rpc: can't find method ${method.method}`)
    return handler
  }

  #context({ signal = new AbortController().signal }: AbortOptions): RpcContext {
    return { caller: this.#peerId, signal }
  }

  /** @returns the error that the other peer answered with, if it did; what goes wrong on the way is thrown */
  async #exchange<R>(
    stream: ByteStream,
    request: Uint8Array,
    { reply }: Pick<UnaryMethod<never, R>, 'reply'>,
    options: AbortOptions
  ): Promise<Answer<R>> {
    const release = abortWith(stream, options)
    try {
      await stream.write(request)
      const values = new ValueReader(stream)
      const header = await this.#header(values)
      if (header === undefined) throw cutShort()
      // What follows an error means nothing.
      const answer =
        header.error === '' ? { reply: decodeValue(reply, await this.#value(values)) } : remoteError(header)
      void stream.close()
      return answer
    } catch (err) {
      stream.abort(toError(err))
      throw err
    } finally {
      release()
    }
  }

  /** What has come is given together. */
  async *#replies<R>(
    values: ValueReader,
    { reply }: Pick<StreamingMethod<never, R>, 'reply'>
  ): AsyncGenerator<readonly R[], void, undefined> {
    const headers = new OkHeaders()
    let part: R[] = []
    try {
      for (;;) {
        let header = values.nextAtHand(this.#maxReplyBytes)
        if (header === undefined) {
          if (part.length > 0) yield part
          part = []
          header = await values.next(this.#maxReplyBytes)
        }
        if (header === undefined) return
        headers.check(header)
        let value = values.nextAtHand(this.#maxReplyBytes)
        if (value === undefined) {
          if (part.length > 0) yield part
          part = []
          value = await this.#value(values)
        }
        part.push(decodeValue(reply, value))
      }
    } catch (err) {
      if (part.length > 0) yield part
      throw err
    }
  }

  /** @returns undefined when the peer has ended its answer */
  async #header(values: ValueReader): Promise<ResponseHeader | undefined> {
    const value = await values.next(this.#maxReplyBytes)
    return value === undefined ? undefined : decodeValue(responseHeaderMsgpack, value)
  }

  async #value(values: ValueReader): Promise<RawValue> {
    const value = await values.next(this.#maxReplyBytes)
    if (value === undefined) throw cutShort()
    return value
  }
}

/** Checks the headers of one answer, which are the same bytes before each reply. */
class OkHeaders {
  #known: Uint8Array | undefined

  /** @throws ClusterError the error that the header tells of */
  check(value: RawValue): void {
    if (this.#known !== undefined && Buffer.compare(this.#known, value.bytes) === 0) return
    const header = decodeValue(responseHeaderMsgpack, value)
    if (header.error !== '') throw remoteError(header)
    this.#known = new Uint8Array(value.bytes)
  }
}

type Answer<R> = { reply: R } | ClusterError

function encodeId({ service, method }: MethodName): Uint8Array {
  return msgpack.encodeMsgpack(serviceIdMsgpack, { service, method })
}

async function* requestValues<A>(
  method: StreamingMethod<A, unknown>,
  args: AsyncIterable<A> | Iterable<A>
): AsyncGenerator<Uint8Array, void, undefined> {
  yield encodeId(method)
  for await (const arg of args) yield msgpack.encodeMsgpack(method.argument, arg)
}

async function* asyncItems<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T, void, undefined> {
  yield* items
}

/** @returns whether all was sent; if not, who reads from the stream hears why */
async function send(stream: ByteStream, values: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<boolean> {
  try {
    for await (const chunk of pipe(withSignal(values, signal), batches)) await stream.write(chunk, { signal })
    await stream.closeWrite({ signal })
    return true
  } catch (err) {
    // A stream that broke by itself may still hold the answer that tells the reason.
    if (!signal.aborted && !stream.broken.aborted) stream.abort(toError(err))
    return false
  }
}

/** Resets the stream when the caller gives up. */
function abortWith(stream: ByteStream, { signal }: AbortOptions): () => void {
  if (signal === undefined) return () => {}
  const onAbort = (): void => stream.abort(toError(signal.reason))
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  return () => signal.removeEventListener('abort', onAbort)
}

function remoteError({ error, errorType }: ResponseHeader): ClusterError {
  switch (errorType) {
    case ErrorType.AUTHORIZATION:
      return new ClusterError('ERR_NOT_TRUSTED', error)
    case ErrorType.SERVER:
      return new ClusterError('ERR_RPC_SERVER', error)
    default:
      return new ClusterError('ERR_RPC_REMOTE', error)
  }
}

function cutShort(): ClusterError {
  return new ClusterError('ERR_STREAM', 'the peer ended the stream before its answer was complete')
}
