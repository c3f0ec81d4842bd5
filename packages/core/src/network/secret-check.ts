import type { ConnectionProtector, MessageStream } from '@libp2p/interface'
import { preSharedKey } from '@libp2p/pnet'
import { xsalsa20 } from '@noble/ciphers/salsa.js'
import { swarmKey } from './psk.ts'
import { tapInput } from './tap.ts'

/** What a peer says first, once the secret is applied: the line of multistream-select with its length. */
const HELLO = Buffer.from('\x13/multistream/1.0.0\n')

/** In front of it stands what each side makes its stream of cipher bytes with, together with the secret. */
const NONCE_BYTES = 24
const FIRST_BYTES = NONCE_BYTES + HELLO.length

/** Attempts that are remembered; each is forgotten when it is asked for. */
const MAX_SUSPECTS = 256

/**
 * Protects connections with the secret of the cluster, and notices when the other side has another one: what it sends
 * turns into noise. libp2p alone would only say that the connection broke, if it does not wait until time is up.
 */
export class SecretCheck implements ConnectionProtector {
  readonly #secret: Uint8Array
  readonly #protector: ConnectionProtector
  readonly #onStranger: (address: string) => void
  /** Addresses that were connected to, and from which no word has come that makes sense. */
  readonly #suspects = new Set<string>()

  /** @param onStranger - hears of peers with another secret that have called us */
  constructor(secret: Uint8Array, onStranger: (address: string) => void) {
    this.#secret = secret
    this.#protector = preSharedKey({ psk: swarmKey(secret) })()
    this.#onStranger = onStranger
  }

  /** Whether the last call to an address got through, but no word was understood. Forgets the answer. */
  takeSuspicion(address: string): boolean {
    return this.#suspects.delete(address)
  }

  async protect(
    connection: MessageStream & { remoteAddr?: { toString(): string } },
    options?: Parameters<ConnectionProtector['protect']>[1]
  ): Promise<MessageStream> {
    const address = connection.remoteAddr?.toString() ?? ''
    const isCall = connection.direction === 'outbound'
    if (isCall) this.#suspect(address)
    this.#awaitHello(connection, {
      onHello: () => this.#suspects.delete(address),
      onNoise: () => {
        if (!isCall) this.#onStranger(address)
        connection.abort(new Error('the other side has another secret'))
      }
    })
    return this.#protector.protect(connection, options)
  }

  /** Looks at what comes first, before anybody else does, however it is cut into pieces. */
  #awaitHello(connection: MessageStream, { onHello, onNoise }: { onHello: () => void; onNoise: () => void }): void {
    let first = Buffer.alloc(0)
    tapInput(connection, (data) => {
      if (first.length >= FIRST_BYTES) return
      first = Buffer.concat([first, data.subarray(0, FIRST_BYTES - first.length)])
      if (first.length < FIRST_BYTES) return
      const words = xsalsa20(this.#secret, first.subarray(0, NONCE_BYTES), first.subarray(NONCE_BYTES))
      if (HELLO.equals(words)) onHello()
      else queueMicrotask(onNoise)
    })
  }

  #suspect(address: string): void {
    if (this.#suspects.size >= MAX_SUSPECTS) this.#suspects.clear()
    this.#suspects.add(address)
  }
}
