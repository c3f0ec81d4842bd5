import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { BoundedCache } from '@ipfs-cluster/api'
import type { HeaderList } from '../common/answer.ts'
import { HEADERS_RETRY, MAX_ORIGINS } from './defaults.ts'
import type { ProxiedNode } from './proxied-node.ts'
import { Remembered } from './remembered.ts'

/** Told by the node's answer to a preflight, with the origin that asks. */
const CORS_HEADERS = ['Access-Control-Allow-Origin', 'Vary', 'Access-Control-Allow-Credentials']

/** Told by any answer of the node. */
const COMMON_HEADERS = ['Access-Control-Expose-Headers']

/** A path that the node takes requests at; which of them does not matter to what it thinks of an origin. */
const COMMAND = '/api/v0/pin/ls'

export interface NodeHeadersInit {
  /** Names of further headers of the node to give as ours. */
  extra: readonly string[]
  /** Path at which the node is asked for what all its answers have. */
  path: string
  /** Milliseconds for which the node's words count; 0: for ever. */
  ttl: number
}

/**
 * Headers that answers of the proxy's own have because the node's would: so what a page may do with them is settled in
 * the configuration of the node alone. The node is asked when there is need, and not again for a while.
 */
export class NodeHeaders {
  readonly #node: Pick<ProxiedNode, 'headers'>
  readonly #ttl: number
  readonly #names: readonly string[]
  readonly #common: Remembered<IncomingHttpHeaders>
  readonly #preflights = new BoundedCache<string, Remembered<IncomingHttpHeaders>>(MAX_ORIGINS)

  constructor(node: Pick<ProxiedNode, 'headers'>, { extra, path, ttl }: NodeHeadersInit) {
    this.#node = node
    this.#ttl = ttl
    this.#names = [...COMMON_HEADERS, ...extra]
    this.#common = this.#remember(() => node.headers('POST', path))
  }

  /** The headers for the answer to a request. Fewer while the node is down. */
  async for({ method = '', headers: { origin } }: IncomingMessage): Promise<HeaderList> {
    const [preflight, common] = await Promise.all([this.#preflight(method, origin), this.#common.get()])
    return [...pick(preflight, CORS_HEADERS), ...pick(common, this.#names)]
  }

  /** Whether the node lets pages of an origin use a method. A node that is down lets nobody whom it did not before. */
  async allows(method: string, origin: string): Promise<boolean> {
    const allowed = (await this.#preflight(method, origin))['access-control-allow-origin']
    return allowed === '*' || allowed === origin
  }

  async #preflight(method: string, origin: string | undefined): Promise<IncomingHttpHeaders> {
    const key = `${method} ${origin ?? ''}`
    let remembered = this.#preflights.get(key)
    if (remembered === undefined) {
      const headers = { 'Access-Control-Request-Method': method, ...(origin !== undefined && { Origin: origin }) }
      remembered = this.#remember(() => this.#node.headers('OPTIONS', COMMAND, headers))
      this.#preflights.set(key, remembered)
    }
    return remembered.get()
  }

  #remember(ask: () => Promise<IncomingHttpHeaders>): Remembered<IncomingHttpHeaders> {
    return new Remembered(ask, { first: {}, ttl: this.#ttl, retry: HEADERS_RETRY })
  }
}

function pick(headers: IncomingHttpHeaders, names: readonly string[]): string[] {
  return names.flatMap((name) => [headers[name.toLowerCase()] ?? []].flat().flatMap((value) => [name, value]))
}
