import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Namespace } from './namespace.ts'
import { freePorts } from './ports.ts'
import type { Outcome, RunOptions } from './process.ts'
import { Program, runProgram } from './process.ts'
import { killAllIn } from './processes.ts'

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
  /** Network that the peer is in; that of the tests when absent. */
  namespace?: Namespace
  /** Address at which other peers reach it; that of the loopback interface when absent. */
  host?: string
  /** Words for `init` after those that the harness needs. */
  init?: readonly string[]
}

/** Ports at which the peer is reached from outside its network. */
interface Doors {
  rest: number
  gateway: number
  ipfsRpc: number
}

/** A peer as a separate process, driven from outside as its users drive it. */
export class Peer {
  readonly folder: string
  readonly env: Record<string, string>
  readonly restPort: number
  readonly gatewayPort: number
  /** Folder with the programs; another one is the same peer run by other programs, from its next start on. */
  bins: string
  readonly #namespace: Namespace | undefined
  readonly #doors: Doors
  #daemon: Program | undefined

  private constructor(options: PeerOptions, env: Record<string, string>, ports: Omit<Doors, 'ipfsRpc'>, doors: Doors) {
    this.folder = options.folder
    this.bins = options.bins ?? OUR_BINS
    this.env = env
    this.restPort = ports.rest
    this.gatewayPort = ports.gateway
    this.#namespace = options.namespace
    this.#doors = doors
  }

  /** Initialises a peer on free ports of the loopback interface. */
  static async init(options: PeerOptions): Promise<Peer> {
    const { namespace } = options
    const ports = namespace?.ports(7) ?? (await freePorts(7))
    const [swarm = 0, rest = 0, proxy = 0, pinsvc = 0, rpc = 0, gateway = 0, ipfsSwarm = 0] = ports
    const tcp = (port: number, host = '127.0.0.1'): string => `/ip4/${host}/tcp/${port}`
    const ipfsPort = options.ipfsPort ?? rpc
    const ipfs = tcp(ipfsPort)
    const env = {
      HOME: options.folder,
      IPFS_CLUSTER_PATH: join(options.folder, 'peer'),
      CLUSTER_PEERNAME: 'peer0',
      CLUSTER_LISTENMULTIADDRESS: tcp(swarm, options.host),
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
    const doors = {
      rest: (await namespace?.reach(rest)) ?? rest,
      gateway: (await namespace?.reach(gateway)) ?? gateway,
      ipfsRpc: (await namespace?.reach(ipfsPort)) ?? ipfsPort
    }
    const peer = new Peer(options, env, { rest, gateway }, doors)
    const embedded = options.ipfsPort === undefined ? ['--embedded-ipfs'] : []
    const init = await peer.service(['init', ...embedded, ...(options.init ?? [])])
    if (init.code !== 0) throw new Error(`init failed:\n${init.stdout}${init.stderr}`)
    return peer
  }

  get daemon(): Program {
    if (this.#daemon === undefined) throw new Error('the peer has not been started')
    return this.#daemon
  }

  get running(): boolean {
    return this.#daemon?.running ?? false
  }

  get rest(): string {
    return `http://127.0.0.1:${this.#doors.rest}`
  }

  get gateway(): string {
    return `http://127.0.0.1:${this.#doors.gateway}`
  }

  /** Where the commands of its IPFS node are. */
  get ipfsRpc(): string {
    return `http://127.0.0.1:${this.#doors.ipfsRpc}/api/v0`
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
    this.#daemon = new Program(join(this.bins, 'ipfs-cluster-service'), ['daemon', ...args], this.#runOptions())
    await this.#daemon.waitFor(until === 'ready' ? /IPFS Cluster is READY/ : /RESTAPI \(HTTP\): /)
  }

  async stop(): Promise<number | string> {
    return await this.daemon.stop('SIGTERM')
  }

  /** Ends the daemon as a power cut would. */
  async kill(): Promise<void> {
    await this.daemon.stop('SIGKILL')
  }

  /** As {@link Peer.kill}, and the embedded IPFS node with it. */
  async killWithNode(): Promise<void> {
    await killAllIn(this.folder)
    await this.daemon.exited
  }

  /** Ends the daemon if it has been started and still runs. */
  async dispose(): Promise<void> {
    await this.#daemon?.stop('SIGKILL')
  }

  async ctl(...args: string[]): Promise<Outcome> {
    return await this.ctlOf(this.bins, ...args)
  }

  /** Drives this peer by the ctl of another set of programs. */
  async ctlOf(bins: string, ...args: string[]): Promise<Outcome> {
    const host = ['--host', `/ip4/127.0.0.1/tcp/${this.restPort}`]
    return await runProgram(join(bins, 'ipfs-cluster-ctl'), [...host, ...args], this.#runOptions())
  }

  async service(args: readonly string[], stdin?: string): Promise<Outcome> {
    return await runProgram(join(this.bins, 'ipfs-cluster-service'), args, {
      ...this.#runOptions(),
      ...(stdin !== undefined && { stdin })
    })
  }

  /** Command that runs the command after it in the network of this peer. */
  get prefix(): readonly string[] {
    return this.#namespace?.prefix ?? []
  }

  #runOptions(): RunOptions {
    return { env: this.env, prefix: this.prefix }
  }
}
