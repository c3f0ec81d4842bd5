import { noise } from '@libp2p/noise'
import { identify } from '@libp2p/identify'
import type { Connection, Libp2p, PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { CID } from 'multiformats/cid'
import { AGENT_VERSION } from '../defaults.ts'
import { codeOf, KuboError, messageOf, StartError } from '../errors.ts'
import type { Profile } from '../repo/config.ts'
import type { Identity } from '../repo/identity.ts'
import type { BlockStore } from '../store/block-store.ts'
import { BitswapExchange } from './bitswap.ts'
import { DirectExchange } from './direct/index.ts'
import { lazyTls } from './lazy-tls.ts'
import { onlineServices } from './online.ts'

const PROVIDE_TIMEOUT_MS = 60_000

export interface SwarmInit {
  profile: Exclude<Profile, 'offline'>
  listen: readonly string[]
  bootstrap: readonly string[]
}

export interface SwarmComponents {
  identity: Identity
  store: BlockStore
}

/** What is known of another node. */
export interface PeerDetails {
  addresses: string[]
  protocols: string[]
  agentVersion: string
  publicKey: string
}

/** The node among other nodes: connections, and the exchange of blocks over them. */
export class Swarm {
  readonly exchange: BitswapExchange
  readonly #direct: DirectExchange
  readonly #libp2p: Libp2p
  readonly #isOnline: boolean

  private constructor(
    libp2p: Libp2p,
    { exchange, direct }: { exchange: BitswapExchange; direct: DirectExchange },
    isOnline: boolean
  ) {
    this.#libp2p = libp2p
    this.exchange = exchange
    this.#direct = direct
    this.#isOnline = isOnline
  }

  /** Listens and speaks. @throws StartError when an address is taken */
  static async start(init: SwarmInit, components: SwarmComponents): Promise<Swarm> {
    const isOnline = init.profile === 'online'
    const libp2p = await createLibp2p({
      privateKey: components.identity.privateKey,
      addresses: { listen: [...init.listen] },
      nodeInfo: { userAgent: AGENT_VERSION },
      transports: [tcp()],
      connectionEncrypters: [lazyTls(), noise()],
      streamMuxers: [yamux()],
      services: { identify: identify(), ...(isOnline ? await onlineServices() : {}) },
      ...(isOnline ? {} : { connectionGater: { denyDialMultiaddr: (address: Multiaddr) => !isLoopback(address) } })
    }).catch((err: unknown) => {
      throw startFailure(err, init.listen)
    })
    const direct = new DirectExchange({ libp2p, store: components.store })
    const exchange = new BitswapExchange({
      libp2p,
      store: components.store,
      fetchFirst: (cid, signal) => direct.fetch(cid, signal),
      ...(isOnline ? { findProviders: (cid, options) => findProviders(libp2p, cid, options) } : {})
    })
    await direct.start()
    await exchange.start()
    const swarm = new Swarm(libp2p, { exchange, direct }, isOnline)
    for (const address of isOnline ? init.bootstrap : []) libp2p.dial(multiaddr(address)).catch(() => {})
    return swarm
  }

  async stop(): Promise<void> {
    await this.exchange.stop()
    await this.#direct.stop()
    await this.#libp2p.stop()
  }

  /** Addresses of this node, with its id. */
  addresses(): string[] {
    return this.#libp2p.getMultiaddrs().map(String).sort()
  }

  protocols(): string[] {
    return this.#libp2p.getProtocols().sort()
  }

  connections(): Connection[] {
    return this.#libp2p.getConnections()
  }

  /** Connects to the node at an address that ends in its id. @returns that id */
  async connect(address: string, signal?: AbortSignal): Promise<string> {
    const target = parseAddress(address)
    try {
      await this.#libp2p.dial(target.address, { signal })
    } catch (err) {
      throw new KuboError(`connect ${target.id} failure: failed to dial: ${messageOf(err)}`, { cause: err })
    }
    return target.id
  }

  /** Tells the network who has a block. Nothing depends on it, so it neither waits nor fails. */
  provide(cid: CID): void {
    if (!this.#isOnline) return
    this.#libp2p.contentRouting.provide(cid, { signal: AbortSignal.timeout(PROVIDE_TIMEOUT_MS) }).catch(() => {})
  }

  /** What the network keeps under a key. @throws Error when nothing is found */
  async record(key: Uint8Array, options: { signal?: AbortSignal | undefined } = {}): Promise<Uint8Array> {
    return this.#libp2p.contentRouting.get(key, options)
  }

  async disconnect(address: string): Promise<string> {
    const { id } = parseAddress(address)
    await this.#libp2p.hangUp(peerIdFromString(id))
    return id
  }

  /** What other nodes have told of themselves and one another. */
  async knownAddresses(): Promise<Map<string, string[]>> {
    const peers = await this.#libp2p.peerStore.all()
    return new Map(
      peers.map(({ id, addresses }) => [id.toString(), addresses.map(({ multiaddr }) => multiaddr.toString())])
    )
  }

  /** What is known of a node. @throws KuboError when nothing is */
  async details(id: string, signal?: AbortSignal): Promise<PeerDetails> {
    const peerId = parsePeerId(id)
    const peer = await this.#libp2p.peerStore.get(peerId, { signal }).catch((err: unknown) => {
      throw new KuboError(`failed to find any peer in table: ${id}`, { cause: err })
    })
    const agent = peer.metadata.get('AgentVersion')
    const key = peerId.publicKey
    return {
      addresses: peer.addresses.map(({ multiaddr }) => `${multiaddr.toString()}/p2p/${id}`).sort(),
      protocols: peer.protocols.sort(),
      agentVersion: agent === undefined ? '' : Buffer.from(agent).toString(),
      publicKey: key === undefined ? '' : Buffer.from(key.toCID().multihash.digest).toString('base64')
    }
  }
}

function parsePeerId(id: string): PeerId {
  try {
    return peerIdFromString(id)
  } catch (err) {
    throw new KuboError('invalid peer id', { cause: err })
  }
}

function parseAddress(text: string): { address: Multiaddr; id: string } {
  let address: Multiaddr
  try {
    address = multiaddr(text)
  } catch (err) {
    throw new KuboError(`failed to parse multiaddr ${JSON.stringify(text)}: ${messageOf(err)}`, { cause: err })
  }
  const id = address.getComponents().findLast(({ name }) => name === 'p2p')?.value
  if (id === undefined) throw new KuboError(`invalid peer address ${JSON.stringify(text)}: it must end in /p2p/PEER_ID`)
  return { address, id }
}

function isLoopback(address: Multiaddr): boolean {
  const [host] = address.getComponents()
  if (host?.name === 'ip4') return host.value?.startsWith('127.') === true
  if (host?.name === 'ip6') return host.value === '::1'
  // Without an address to look at, the peer's id: libp2p asks again for each of its addresses.
  return host?.name === 'p2p'
}

async function* findProviders(
  libp2p: Libp2p,
  cid: Parameters<Libp2p['contentRouting']['findProviders']>[0],
  options: { signal?: AbortSignal } | undefined
): AsyncGenerator<never> {
  for await (const { id, multiaddrs } of libp2p.contentRouting.findProviders(cid, { signal: options?.signal })) {
    await libp2p.peerStore.merge(id, { multiaddrs })
    yield { id: id.toCID(), multiaddrs, router: 'libp2p' } as never
  }
}

function startFailure(err: unknown, listen: readonly string[]): unknown {
  const text = `${messageOf(err)} ${String(codeOf(err))}`
  if (!/EADDRINUSE|No transport|UnsupportedListen|could not listen/i.test(text)) return err
  return new StartError(`cannot listen on ${listen.join(', ')}: address in use. Choose another with --swarm`, {
    cause: err
  })
}
