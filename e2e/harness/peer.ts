import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts } from './ports.ts'
import type { Outcome } from './process.ts'
import { Program, runProgram } from './process.ts'

/** Folder with the programs under test, as a user finds them. */
export const OUR_BINS: string = join(import.meta.dirname, '../../node_modules/.bin')

/** How a peer is made. */
export interface PeerOptions {
  /** Folder of the peer; made by `init` when it has no configuration yet. */
  folder: string
  /** Folder with the programs; the ones of this tree when absent. */
  bins?: string
  /** Port of an IPFS node's RPC; absent: the embedded node. */
  ipfsPort?: number
  env?: Record<string, string>
}

/** A peer as a separate process, driven from outside as its users drive it. */
export class Peer {
  readonly folder: string
  readonly bins: string
  readonly env: Record<string, string>
  readonly restPort: number
  readonly gatewayPort: number
  #daemon: Program | undefined

  private constructor(options: PeerOptions, env: Record<string, string>, restPort: number, gatewayPort: number) {
    this.folder = options.folder
    this.bins = options.bins ?? OUR_BINS
    this.env = env
    this.restPort = restPort
    this.gatewayPort = gatewayPort
  }

  /** Initialises a peer on free ports of the loopback interface. */
  static async init(options: PeerOptions): Promise<Peer> {
    const [swarm = 0, rest = 0, proxy = 0, pinsvc = 0, rpc = 0, gateway = 0, ipfsSwarm = 0] = await freePorts(7)
    const tcp = (port: number): string => `/ip4/127.0.0.1/tcp/${port}`
    const ipfs = tcp(options.ipfsPort ?? rpc)
    const env = {
      HOME: options.folder,
      IPFS_CLUSTER_PATH: join(options.folder, 'peer'),
      CLUSTER_PEERNAME: 'peer0',
      CLUSTER_LISTENMULTIADDRESS: tcp(swarm),
      CLUSTER_MDNSINTERVAL: '0s',
      CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS: tcp(rest),
      CLUSTER_PINSVCAPI_HTTPLISTENMULTIADDRESS: tcp(pinsvc),
      CLUSTER_IPFSPROXY_LISTENMULTIADDRESS: tcp(proxy),
      CLUSTER_IPFSPROXY_NODEMULTIADDRESS: ipfs,
      CLUSTER_IPFSHTTP_NODEMULTIADDRESS: ipfs,
      ...(options.ipfsPort === undefined && {
        CLUSTER_IPFSNODE_APIMULTIADDRESS: tcp(rpc),
        CLUSTER_IPFSNODE_GATEWAYMULTIADDRESS: tcp(gateway),
        CLUSTER_IPFSNODE_SWARMMULTIADDRESS: tcp(ipfsSwarm),
        CLUSTER_IPFSNODE_PROFILE: 'loopback'
      }),
      ...options.env
    }
    const peer = new Peer(options, env, rest, gateway)
    const init = await peer.service(['init', ...(options.ipfsPort === undefined ? ['--embedded-ipfs'] : [])])
    if (init.code !== 0) throw new Error(`init failed:\n${init.stdout}${init.stderr}`)
    return peer
  }

  get daemon(): Program {
    if (this.#daemon === undefined) throw new Error('the peer has not been started')
    return this.#daemon
  }

  get rest(): string {
    return `http://127.0.0.1:${this.restPort}`
  }

  get gateway(): string {
    return `http://127.0.0.1:${this.gatewayPort}`
  }

  /** Where other peers connect. */
  get swarmAddress(): string {
    return `${this.env.CLUSTER_LISTENMULTIADDRESS ?? ''}/p2p/${this.id}`
  }

  /** The daemon's identity. */
  get id(): string {
    const text = readFileSync(join(this.folder, 'peer', 'identity.json'), 'utf8')
    return (JSON.parse(text) as { id: string }).id
  }

  /** Starts the daemon and waits until it says that it is READY, or only until its REST API answers. */
  async start(until: 'ready' | 'rest' = 'ready', args: readonly string[] = []): Promise<void> {
    this.#daemon = new Program(join(this.bins, 'ipfs-cluster-service'), ['daemon', ...args], { env: this.env })
    await this.#daemon.waitFor(until === 'ready' ? /IPFS Cluster is READY/ : /RESTAPI \(HTTP\): /)
  }

  async stop(): Promise<number | string> {
    return await this.daemon.stop('SIGTERM')
  }

  /** Ends the daemon as a power cut would. */
  async kill(): Promise<void> {
    await this.daemon.stop('SIGKILL')
  }

  async ctl(...args: string[]): Promise<Outcome> {
    const host = ['--host', `/ip4/127.0.0.1/tcp/${this.restPort}`]
    return await runProgram(join(this.bins, 'ipfs-cluster-ctl'), [...host, ...args], { env: this.env })
  }

  async service(args: readonly string[], stdin?: string): Promise<Outcome> {
    return await runProgram(join(this.bins, 'ipfs-cluster-service'), args, {
      env: this.env,
      ...(stdin !== undefined && { stdin })
    })
  }
}
