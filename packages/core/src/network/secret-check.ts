import type { AbortOptions, ConnectionProtector, MessageStream, MultiaddrConnection } from '@libp2p/interface'
import { DEFAULT_DIAL_TIMEOUT, HELLO_TIMEOUT } from './defaults.ts'
import { HalfOpen } from './half-open.ts'
import { Keystream } from './keystream.ts'
import { NONCE_BYTES, privateStream } from './private-stream.ts'
import { tapInput } from './tap.ts'

/** What a peer says first, once the secret is applied: the line of multistream-select with its length. */
const HELLO = Buffer.from('\x13/multistream/1.0.0\n')

const FIRST_BYTES = NONCE_BYTES + HELLO.length

/** Addresses that are remembered. */
const MAX_STRANGERS = 256

/**
 * Protects connections with the secret of the cluster, and notices when the other side has another one: what it sends
 * turns into noise. libp2p alone would only say that the connection broke, if it does not wait until time is up.
 */
export class SecretCheck implements ConnectionProtector {
  readonly #secret: Uint8Array
  readonly #onStranger: (address: string) => void
  /** Addresses where the last call got through, but ended before a word was understood. */
  readonly #strangers = new Set<string>()
  readonly #halfOpen = new HalfOpen()

  /** @param onStranger - hears of peers with another secret that have called us */
  constructor(secret: Uint8Array, onStranger: (address: string) => void) {
    this.#secret = secret
    this.#onStranger = onStranger
  }

  /** Whether the last call that got through to an address found somebody with another secret there. */
  isStranger(address: string): boolean {
    return this.#strangers.has(address)
  }

  async protect(
    connection: MultiaddrConnection,
    options: AbortOptions = { signal: AbortSignal.timeout(DEFAULT_DIAL_TIMEOUT) }
  ): Promise<MessageStream> {
    const address = connection.remoteAddr.toString()
    if (connection.direction === 'outbound') this.#watchCall(connection, address)
    else this.#watchCaller(connection, address)
    return privateStream(connection, this.#secret, options)
  }

  /** Who says nothing, or slowly, is in the way of others: libp2p waits for a limited number of callers at once. */
  #watchCaller(connection: MessageStream, address: string): void {
    const [, , host = ''] = address.split('/')
    const close = (reason: Error): void => connection.abort(reason)
    const release = this.#halfOpen.add(host, close)
    const timeout = setTimeout(() => close(new Error('said nothing in time')), HELLO_TIMEOUT).unref()
    const onDecided = (): void => {
      clearTimeout(timeout)
      release()
    }
    connection.addEventListener('close', onDecided)
    this.#awaitHello(connection, { onNoise: () => this.#onStranger(address), onHello: onDecided })
  }

  #watchCall(connection: MessageStream, address: string): void {
    let isUnderstood = false
    const onNoise = (): void => {
      if (this.#strangers.size >= MAX_STRANGERS) this.#strangers.clear()
      this.#strangers.add(address)
    }
    this.#strangers.delete(address)
    this.#awaitHello(connection, { onNoise, onHello: () => (isUnderstood = true) })
    connection.addEventListener('close', () => {
      if (!isUnderstood) onNoise()
    })
  }

  /** Looks at what comes first, before anybody else does, however it is cut into pieces. */
  #awaitHello(connection: MessageStream, on: { onNoise: () => void; onHello?: () => void }): void {
    let first = Buffer.alloc(0)
    let isDecided = false
    tapInput(connection, (data) => {
      if (isDecided) return
      first = Buffer.concat([first, data.subarray(0, FIRST_BYTES - first.length)])
      const isHello = this.#isHello(first)
      if (isHello === undefined) return
      isDecided = true
      if (isHello) {
        on.onHello?.()
        return
      }
      on.onNoise()
      queueMicrotask(() => connection.abort(new Error('the other side has another secret')))
    })
  }

  /** @returns undefined as long as that cannot be said */
  #isHello(first: Buffer): boolean | undefined {
    // Said in clear: the other side has no secret at all.
    if (first.subarray(0, HELLO.length).equals(HELLO)) return false
    if (first.length < FIRST_BYTES) return undefined
    return HELLO.equals(new Keystream(this.#secret, first.subarray(0, NONCE_BYTES)).apply(first.subarray(NONCE_BYTES)))
  }
}
