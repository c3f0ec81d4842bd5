import type { AbortOptions, MessageStream, MultiaddrConnection } from '@libp2p/interface'
import { AbstractMultiaddrConnection, byteStream } from '@libp2p/utils'
import type { SendResult } from '@libp2p/utils'
import { toError } from '../util/errors.ts'
import { Keystream } from './keystream.ts'

/** In front of everything each side sends what it makes its stream of cipher bytes with, together with the secret. */
export const NONCE_BYTES = 24

/** A connection on which everything is encrypted with the secret of the cluster (spec: wire 1.2). */
class PrivateStream extends AbstractMultiaddrConnection {
  readonly #inner: MultiaddrConnection
  readonly #incoming: Keystream
  readonly #outgoing: Keystream

  constructor(inner: MultiaddrConnection, keys: Keystreams) {
    super({ remoteAddr: inner.remoteAddr, direction: inner.direction, log: inner.log.newScope('private') })
    this.#inner = inner
    this.#incoming = keys.incoming
    this.#outgoing = keys.outgoing
    inner.addEventListener('message', ({ data }) => this.#receive(data))
    inner.addEventListener('drain', () => this.onMuxerDrain())
    inner.addEventListener('close', (event) => {
      if (event.error === undefined) this.onTransportClosed()
      else if (event.local === true) this.abort(event.error)
      else this.onRemoteReset()
    })
  }

  override sendData(data: Bytes): SendResult {
    const canSendMore = this.#inner.send(this.#outgoing.apply(data.subarray()))
    return { sentBytes: data.byteLength, canSendMore }
  }

  override async sendClose(options?: AbortOptions): Promise<void> {
    await this.#inner.close(options)
  }

  override sendReset(err: Error): void {
    this.#inner.abort(err)
  }

  override sendPause(): void {
    this.#inner.pause()
  }

  override sendResume(): void {
    this.#inner.resume()
  }

  #receive(data: Bytes): void {
    try {
      for (const chunk of data instanceof Uint8Array ? [data] : data) this.onData(this.#incoming.apply(chunk))
    } catch (err) {
      this.abort(toError(err))
    }
  }
}

type Bytes = Parameters<MessageStream['send']>[0]

interface Keystreams {
  incoming: Keystream
  outgoing: Keystream
}

/**
 * Exchanges nonces with the other side.
 *
 * @param secret - 32 bytes
 * @returns the stream of what both sides say from then on
 */
export async function privateStream(
  inner: MultiaddrConnection,
  secret: Uint8Array,
  options: AbortOptions
): Promise<MessageStream> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const bytes = byteStream(inner)
  const [answer] = await Promise.all([bytes.read({ bytes: NONCE_BYTES, ...options }), bytes.write(nonce, options)])
  const keys = { outgoing: new Keystream(secret, nonce), incoming: new Keystream(secret, answer.subarray()) }
  return new PrivateStream(bytes.unwrap(), keys)
}
