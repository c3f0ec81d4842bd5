import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { temporaryFolder } from './folder.ts'
import type { IpfsNode } from './ipfs.ts'
import { mockIpfs } from './ipfs.ts'
import type { Namespace } from './namespace.ts'
import type { PeerOptions } from './peer.ts'
import { OUR_BINS, Peer } from './peer.ts'
import { until } from './until.ts'

export interface ClusterOptions {
  /** Network of the peers that name none. */
  namespace?: Namespace
  /** Environment of all peers. */
  env?: Record<string, string>
  /** Default `quick`: short ones, so that tests wait for what happens and not for the next time it may. */
  intervals?: 'quick' | 'default'
}

const QUICK = {
  CLUSTER_MONITORPINGINTERVAL: '1s',
  CLUSTER_PUBSUBMON_CHECKINTERVAL: '1s',
  CLUSTER_DISK_METRICTTL: '2s',
  CLUSTER_TAGS_METRICTTL: '2s',
  CLUSTER_CRDT_REBROADCASTINTERVAL: '2s'
}

/** Peers of one secret, each with an IPFS node, of whatever programs. */
export class TestCluster implements AsyncDisposable {
  readonly peers: Peer[] = []
  /** In hexadecimal digits, as in service.json. */
  readonly secret: string = randomBytes(32).toString('hex')
  readonly #folder = temporaryFolder()
  readonly #nodes: IpfsNode[] = []
  readonly #options: ClusterOptions

  constructor(options: ClusterOptions = {}) {
    this.#options = options
  }

  /** The peer that was made as that many others had been. */
  at(index: number): Peer {
    const peer = this.peers[index]
    if (peer === undefined) throw new Error(`peer ${index} was not made`)
    return peer
  }

  /** Makes a peer, with a mock IPFS node if the options name no other. It is not started. */
  async make(bins = OUR_BINS, options: Partial<PeerOptions> = {}): Promise<Peer> {
    const namespace = options.namespace ?? this.#options.namespace
    const index = this.peers.length
    const peer = await Peer.init({
      folder: join(this.#folder.path, `peer${index}`),
      bins,
      ...(namespace && { namespace }),
      ...(!('ipfsPort' in options) && { ipfsPort: await this.#mock(namespace) }),
      ...options,
      init: options.init ?? (bins === OUR_BINS ? [] : ['--datastore', 'leveldb']),
      env: {
        ...(this.#options.intervals === 'default' ? {} : QUICK),
        CLUSTER_SECRET: this.secret,
        CLUSTER_PEERNAME: `peer${index}`,
        ...this.#options.env,
        ...options.env
      }
    })
    this.peers.push(peer)
    return peer
  }

  /** Starts a peer and has it join those that run. */
  async join(peer: Peer): Promise<void> {
    const others = this.peers.filter((other) => other !== peer && other.running)
    // All of them: a Go peer that is told of one only does not hear of the others without mDNS.
    const bootstrap = others.map(({ swarmAddress }) => swarmAddress).join(',')
    await peer.start('ready', bootstrap === '' ? [] : ['--bootstrap', bootstrap])
  }

  /** Makes and starts a peer. */
  async add(bins?: string, options?: Partial<PeerOptions>): Promise<Peer> {
    const peer = await this.make(bins, options)
    await this.join(peer)
    return peer
  }

  /** Resolves when each running peer knows the newest metrics of all, which allocations and lists of peers rest upon. */
  async settled(): Promise<void> {
    const peers = this.peers.filter(({ running }) => running)
    const wanted = peers.map(({ id }) => id).sort()
    for (const peer of peers) {
      for (const name of ['ping', 'freespace', 'tag:group']) await knowsMetric(peer, name, wanted)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.peers.map(async (peer) => peer.dispose()))
    await Promise.all(this.#nodes.map(async (node) => node.stop()))
    this.#folder[Symbol.dispose]()
  }

  async #mock(namespace: Namespace | undefined): Promise<number> {
    const node = await mockIpfs(namespace)
    this.#nodes.push(node)
    return node.port
  }
}

async function knowsMetric(peer: Peer, name: string, wanted: readonly string[]): Promise<void> {
  let known: string[] = []
  await until(async () => {
    const metrics = (await (await fetch(`${peer.rest}/monitor/metrics/${name}`)).json()) as { peer: string }[]
    known = metrics.map((metric) => metric.peer).sort()
    return known.join() === wanted.join()
  }).catch((cause: unknown) => {
    const missing = wanted.filter((id) => !known.includes(id))
    throw new Error(`${peer.id} has no ${name} of ${missing.join(' and ')}, but of ${known.join(' and ')}`, { cause })
  })
}
