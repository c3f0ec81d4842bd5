import type { PeerId } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import { pipe } from 'it-pipe'
import type { ByteStream } from '../network/byte-stream.ts'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { batches } from './batches.ts'
import type { RpcServerInit } from './defaults.ts'
import { encodeError, ReplyEncoder } from './frames.ts'
import type { Endpoint, Endpoints, RpcContext, StreamingHandler, UnaryHandler } from './handlers.ts'
import type { ServiceId } from './header.ts'
import { ErrorType, MAX_SERVICE_ID_BYTES, serviceIdMsgpack } from './header.ts'
import type { RpcMethod } from './service.ts'
import { decodeValue, ValueReader } from './value-reader.ts'

/** What the calls of a server have in common. */
export interface ServerCallComponents {
  log: Logger
  endpoints: Endpoints
  settings: Required<RpcServerInit>
  /** Whether that peer may call the method. */
  isAllowed(method: RpcMethod, caller: PeerId): boolean
}

/** The words of Go's codec for whatever cannot be a header. */
const NO_HEADER = 'msgpack decode error [pos 1]: only encoded map or array can decode into struct'

/** Go's words for a call whose caller is gone. */
const CANCELLED = 'context canceled'

/** Why a call ends with another type of error than that of a method that failed. */
class Refusal extends Error {
  readonly errorType: number

  constructor(errorType: number, message: string) {
    super(message)
    this.errorType = errorType
  }
}

/**
 * One call of another peer, from the first byte to the last. The checks come in the order of the Go release: the
 * header is read, service and method are found, the caller is checked, the argument is read, the method runs.
 */
export class ServerCall {
  readonly #components: ServerCallComponents
  readonly #stream: ByteStream
  readonly #caller: PeerId
  readonly #values: ValueReader
  readonly #cancellation = new AbortController()
  #id: ServiceId = { service: '', method: '' }
  #isRunning = false
  #deadline: NodeJS.Timeout | undefined

  constructor(components: ServerCallComponents, stream: ByteStream, caller: PeerId) {
    this.#components = components
    this.#stream = stream
    this.#caller = caller
    this.#values = new ValueReader(stream)
    stream.broken.addEventListener('abort', () => this.#cancel(), { once: true })
  }

  /** Resolves when the method has ended and its answer is on its way, or nobody is there to take it. */
  async run(): Promise<void> {
    try {
      this.#endAfter(this.#components.settings.requestTimeout, 'the request did not arrive in time')
      await this.#readId()
      const { method, handler } = this.#endpoint()
      // A method without a handler is there to be refused, which has happened by now.
      if (handler === undefined) throw noMethod(this.#id)
      await (method.kind === 'unary'
        ? this.#runUnary(method, handler as UnaryHandler<unknown, unknown>)
        : this.#runStreaming(method, handler as StreamingHandler<unknown, unknown>))
    } catch (err) {
      await this.#answer(this.#errorFor(err))
    }
    clearTimeout(this.#deadline)
    await this.#stream.close()
  }

  /** Ends the call at once, whatever it is at. */
  abort(reason: Error): void {
    this.#stream.abort(reason)
  }

  async #readId(): Promise<void> {
    try {
      const value = await this.#values.next(MAX_SERVICE_ID_BYTES)
      if (value === undefined) throw new Error('EOF')
      this.#id = decodeValue(serviceIdMsgpack, value)
    } catch (err) {
      // Like the Go release, which then goes on with an empty header and so sends a second error.
      const isMalformed = err instanceof ClusterError && err.code === 'ERR_BAD_ENCODING'
      const error = `error reading service ID: ${isMalformed ? NO_HEADER : messageOf(err)}`
      await this.#answer(encodeError({ id: this.#id, error, errorType: ErrorType.SERVER }))
    }
  }

  #endpoint(): Endpoint {
    const { endpoints } = this.#components
    const { service, method } = this.#id
    if (!endpoints.hasService(service)) throw new Refusal(ErrorType.SERVER, `rpc: can't find service ${service}`)
    const endpoint = endpoints.find(this.#id)
    if (endpoint === undefined) throw noMethod(this.#id)
    if (this.#components.isAllowed(endpoint.method, this.#caller)) return endpoint
    throw new Refusal(ErrorType.AUTHORIZATION, `client does not have permissions to call ${service}.${method}`)
  }

  async #runUnary(method: RpcMethod, handler: UnaryHandler<unknown, unknown>): Promise<void> {
    const argument = await this.#argument(method)
    if (argument === undefined) throw new Refusal(ErrorType.APPLICATION, 'EOF')
    const context = this.#begin(method)
    // A caller that ends its writing before it has the reply has given up (spec: wire 2.2); more bytes mean nothing.
    const cancel = (): void => this.#cancel()
    this.#values.drain().then(cancel, cancel)
    const encoder = new ReplyEncoder(this.#id, method.reply)
    let answer: Uint8Array
    try {
      answer = encoder.reply(await handler(argument.value, context))
    } catch (err) {
      answer = encoder.failure(this.#wordsOf(err))
    }
    this.#isRunning = false
    await this.#answer(answer)
  }

  async #runStreaming(method: RpcMethod, handler: StreamingHandler<unknown, unknown>): Promise<void> {
    const context = this.#begin(method)
    const encoder = new ReplyEncoder(this.#id, method.reply)
    try {
      await pipe(
        this.#arguments(method),
        (args) => handler(args, context),
        (replies) => encoder.replies(replies),
        batches,
        (chunks) => this.#writeAll(chunks)
      )
    } finally {
      this.#isRunning = false
    }
  }

  #begin({ policy }: RpcMethod): RpcContext {
    clearTimeout(this.#deadline)
    if (policy === 'open') this.#endAfter(this.#components.settings.openCallTimeout, 'the call took too long')
    this.#isRunning = true
    if (this.#stream.broken.aborted) this.#cancel()
    return { caller: this.#caller, signal: this.#cancellation.signal }
  }

  async *#arguments(method: RpcMethod): AsyncGenerator<unknown, void, undefined> {
    for (let next = await this.#argument(method); next !== undefined; next = await this.#argument(method)) {
      yield next.value
    }
  }

  /** @returns undefined when there is none before the end of the stream */
  async #argument({ policy, argument }: RpcMethod): Promise<{ value: unknown } | undefined> {
    const { maxArgumentBytes, maxOpenArgumentBytes } = this.#components.settings
    try {
      const raw = await this.#values.next(policy === 'open' ? maxOpenArgumentBytes : maxArgumentBytes)
      return raw === undefined ? undefined : { value: decodeValue(argument, raw) }
    } catch (err) {
      throw new Refusal(ErrorType.SERVER, messageOf(err))
    }
  }

  #cancel(): void {
    if (this.#isRunning) this.#cancellation.abort(new Error(CANCELLED))
  }

  #errorFor(err: unknown): Uint8Array {
    const errorType = err instanceof Refusal ? err.errorType : ErrorType.APPLICATION
    return encodeError({ id: this.#id, error: this.#wordsOf(err), errorType })
  }

  #wordsOf(err: unknown): string {
    const words = this.#cancellation.signal.aborted ? CANCELLED : messageOf(err)
    this.#components.log.debug(`${this.#id.service}.${this.#id.method} for ${this.#caller}: ${words}`)
    return words
  }

  async #writeAll(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of chunks) await this.#write(chunk)
  }

  /** What cannot be told to a caller that is gone goes nowhere. */
  async #answer(bytes: Uint8Array): Promise<void> {
    await this.#write(bytes).catch(() => {})
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const stalled = new Error('the caller does not take its reply')
    const timeout = setTimeout(() => this.abort(stalled), this.#components.settings.replyTimeout)
    try {
      await this.#stream.write(bytes)
    } finally {
      clearTimeout(timeout)
    }
  }

  #endAfter(milliseconds: number, reason: string): void {
    this.#deadline = setTimeout(() => this.abort(new Error(reason)), milliseconds)
  }
}

function noMethod({ method }: ServiceId): Refusal {
  return new Refusal(ErrorType.SERVER, `rpc: can't find method ${method}`)
}
