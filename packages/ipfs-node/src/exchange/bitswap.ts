import { withBitswap } from '@helia/bitswap'
import type { Bitswap } from '@helia/bitswap'
import type { BlockBroker, HeliaMixin, Routing } from '@helia/interface'
import type { HeliaWithLibp2p } from '@helia/libp2p'
import type { Libp2p } from '@libp2p/interface'
import { defaultLogger } from '@libp2p/logger'
import type { CID } from 'multiformats/cid'
import type { Exchange } from '../dag/blocks.ts'
import { assertMatches, hasherOf } from '../dag/hashes.ts'
import type { BlockStore } from '../store/block-store.ts'
import { SharedWants } from './shared-wants.ts'
import type { FetchFirst } from './shared-wants.ts'

/** A message of 4 MiB must get through even where the way is slow. */
const MESSAGE_TIMEOUT_MS = 60_000

/** Who may have a block; a node that looks nobody up only asks those that it is connected with. */
export type FindProviders = Routing['findProviders']

export interface BitswapComponents {
  libp2p: Libp2p
  store: BlockStore
  findProviders?: FindProviders
  /** A quicker way to get a block, tried before Bitswap. */
  fetchFirst?: FetchFirst
}

/** What Bitswap registers itself as; its own type keeps the part behind it private. */
type Broker = BlockBroker & { readonly bitswap: Bitswap; stop(): Promise<void> }

/** What clients are told about the exchange. */
export interface BitswapStat {
  wantlist: CID[]
  blocksReceived: number
  dataReceived: number
}

/**
 * Helia's Bitswap on our own store. Helia itself would bring its own pins, routing and transports; its Bitswap needs of
 * it only what is handed to it here.
 */
export class BitswapExchange implements Exchange {
  readonly #mixin: HeliaMixin<HeliaWithLibp2p>
  readonly #helia: HeliaWithLibp2p
  readonly #wants: SharedWants
  #broker: Broker | undefined
  #blocksReceived = 0
  #dataReceived = 0

  constructor({ libp2p, store, findProviders, fetchFirst }: BitswapComponents) {
    this.#wants = new SharedWants((cid, signal) => this.#askAll(cid, signal), fetchFirst)
    const mixins: HeliaMixin<HeliaWithLibp2p>[] = []
    const host = {
      status: 'starting',
      libp2p,
      logger: defaultLogger(),
      blockstore: {
        has: (cid: CID) => store.has(cid.multihash.bytes),
        get: (cid: CID) => readStored(store, cid)
      },
      routing: { findProviders: findProviders ?? findNobody },
      getHasher: hasherOf,
      hasBlockBroker: () => false,
      addBlockBroker: (broker: unknown) => (this.#broker = broker as Broker),
      addMixin: (mixin: HeliaMixin<HeliaWithLibp2p>) => mixins.push(mixin)
    }
    this.#helia = host as unknown as HeliaWithLibp2p
    withBitswap(this.#helia, {
      sendWantlistDebounce: 0,
      messageSendTimeout: MESSAGE_TIMEOUT_MS,
      messageReceiveTimeout: MESSAGE_TIMEOUT_MS
    })
    const [mixin] = mixins
    if (mixin === undefined) throw new Error('Bitswap did not register itself')
    this.#mixin = mixin
  }

  async start(): Promise<void> {
    await this.#mixin.start?.(this.#helia)
  }

  async stop(): Promise<void> {
    await this.#broker?.stop()
  }

  async want(cid: CID, options: { signal?: AbortSignal }): Promise<Uint8Array> {
    const bytes = await this.#wants.want(cid, options.signal)
    this.#blocksReceived++
    this.#dataReceived += bytes.length
    return bytes
  }

  announce(cid: CID, bytes: Uint8Array): void {
    // A copy: the owner of the bytes may change them as soon as the block is written.
    if (this.#wants.has(cid)) this.#wants.arrived(cid, bytes.slice())
    this.#bitswap.notify(cid).catch(() => {})
  }

  stat(): BitswapStat {
    return {
      wantlist: this.#bitswap.getWantlist().map((entry) => entry.cid),
      blocksReceived: this.#blocksReceived,
      dataReceived: this.#dataReceived
    }
  }

  async #askAll(cid: CID, signal: AbortSignal): Promise<Uint8Array> {
    const bytes = await this.#bitswap.want(cid, { signal })
    assertMatches(cid, bytes)
    return bytes
  }

  get #bitswap(): Bitswap {
    if (this.#broker === undefined) throw new Error('Bitswap is not started')
    return this.#broker.bitswap
  }
}

async function* readStored(store: BlockStore, cid: CID): AsyncGenerator<Uint8Array> {
  const bytes = await store.get(cid.multihash.bytes)
  // Bitswap knows a missing block by the name of the error.
  if (bytes === undefined) throw Object.assign(new Error(`not found: ${cid.toString()}`), { name: 'NotFoundError' })
  yield bytes
}

async function* findNobody(): AsyncGenerator<never> {}
