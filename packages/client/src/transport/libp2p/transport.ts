import type { DNS } from '@multiformats/dns'
import { ClusterError } from '@ipfs-cluster/api'
import { requestFailedBy } from '../failure.ts'
import type { Transport, TransportRequest, TransportResponse } from '../interface.ts'
import { exchange } from '../socket/exchange.ts'
import { Caller } from './caller.ts'
import { StreamConnection } from './stream-connection.ts'
import { parsePeerTarget } from './target.ts'
import type { PeerTarget } from './target.ts'

/** What a libp2p transport needs to know. */
export interface Libp2pTransportInit {
  /** Where the peer is, with its ID: `/ip4/10.1.2.3/tcp/9096/p2p/12D3KooW...`, `/dnsaddr/example.org`. */
  readonly address: string
  /** The secret of the private network, 32 bytes; absent: the peer is in none. */
  readonly secret?: Uint8Array
  /** Who is asked about `/dnsaddr` names; absent: the name servers of the system. */
  readonly dns?: DNS
}

const SECRET_BYTES = 32

/** One stream per request, over one connection: see {@link libp2pTransport}. */
export class Libp2pTransport implements Transport {
  readonly origin: string
  readonly #init: Libp2pTransportInit
  readonly #target: PeerTarget
  #caller: Promise<Caller> | undefined

  /** @throws ClusterError `ERR_BAD_MULTIADDR`, or `ERR_CONFIG` for what is no secret */
  constructor(init: Libp2pTransportInit) {
    this.#init = init
    this.#target = parsePeerTarget(init.address)
    this.origin = `libp2p://${this.#target.name}`
    if (init.secret !== undefined && init.secret.length !== SECRET_BYTES) {
      throw new ClusterError('ERR_CONFIG', `length of ProtectorKey should be ${SECRET_BYTES}`)
    }
  }

  async request(request: TransportRequest): Promise<TransportResponse> {
    try {
      const caller = await this.#start()
      const { stream, peer } = await caller.open(request.signal)
      return await exchange(new StreamConnection(stream), request, peer)
    } catch (error) {
      throw requestFailedBy(error, this.origin, request)
    }
  }

  async close(): Promise<void> {
    const caller = this.#caller
    this.#caller = undefined
    await (await caller)?.stop()
  }

  #start(): Promise<Caller> {
    const { secret, dns } = this.#init
    return (this.#caller ??= Caller.start({ target: this.#target, secret, dns }))
  }
}
