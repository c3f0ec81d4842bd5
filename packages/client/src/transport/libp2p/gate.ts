import type { ConnectionProtector, MessageStream, MultiaddrConnection } from '@libp2p/interface'
import { preSharedKey } from '@libp2p/pnet'

type ProtectOptions = Parameters<ConnectionProtector['protect']>[1]

/**
 * The door of the private network, which remembers whether somebody has answered: whoever answers and is not understood
 * has another secret, and libp2p would only say that the connection broke.
 */
export class Gate implements ConnectionProtector {
  hasAnswered = false
  readonly #protector: ConnectionProtector | undefined

  /** @param secret - 32 bytes; undefined: the network is open */
  constructor(secret: Uint8Array | undefined) {
    this.#protector = secret === undefined ? undefined : preSharedKey({ psk: swarmKey(secret) })()
  }

  async protect(connection: MultiaddrConnection, options?: ProtectOptions): Promise<MessageStream> {
    this.hasAnswered = true
    return this.#protector === undefined ? connection : this.#protector.protect(connection, options)
  }
}

/** The three lines of a `swarm.key` file. */
function swarmKey(secret: Uint8Array): Uint8Array {
  const hex = Array.from(secret, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return new TextEncoder().encode(`/key/swarm/psk/1.0.0/\n/base16/\n${hex}`)
}
