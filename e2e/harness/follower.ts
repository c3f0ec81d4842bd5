import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Namespace } from './namespace.ts'
import { OUR_BINS } from './peer.ts'
import type { Outcome } from './process.ts'
import { Program, runProgram } from './process.ts'

/** How a follower is run. */
export interface FollowerOptions {
  /** Its home; the clusters that it follows are below. */
  folder: string
  /** Folder with the programs; the ones of this tree when absent. */
  bins?: string
  /** Port of an IPFS node's RPC; absent: it looks for one itself. */
  ipfsPort?: number
  namespace?: Namespace
  env?: Record<string, string>
}

/** The name under which the tests follow a cluster. */
const CLUSTER = 'friends'

/** A peer of `ipfs-cluster-follow`, driven from outside as its users drive it. */
export class Follower {
  readonly home: string
  bins: string
  readonly env: Record<string, string>
  readonly #namespace: Namespace | undefined
  #program: Program | undefined

  constructor({ folder, bins = OUR_BINS, ipfsPort, namespace, env }: FollowerOptions) {
    this.home = join(folder, CLUSTER)
    this.bins = bins
    this.#namespace = namespace
    this.env = {
      HOME: folder,
      IPFS_CLUSTER_PATH: folder,
      CLUSTER_MDNSINTERVAL: '0s',
      CLUSTER_MONITORPINGINTERVAL: '1s',
      ...(ipfsPort !== undefined && { CLUSTER_IPFSHTTP_NODEMULTIADDRESS: `/ip4/127.0.0.1/tcp/${ipfsPort}` }),
      ...env
    }
  }

  get program(): Program {
    if (this.#program === undefined) throw new Error('the follower has not been started')
    return this.#program
  }

  get id(): string {
    return (JSON.parse(readFileSync(join(this.home, 'identity.json'), 'utf8')) as { id: string }).id
  }

  /** Runs a command on the cluster to its end. */
  async command(...words: string[]): Promise<Outcome> {
    return await runProgram(join(this.bins, 'ipfs-cluster-follow'), [CLUSTER, ...words], this.#runOptions())
  }

  /** Starts the peer and waits until it says that it is READY. */
  async run(...words: string[]): Promise<void> {
    this.#program = new Program(join(this.bins, 'ipfs-cluster-follow'), [CLUSTER, 'run', ...words], this.#runOptions())
    await this.#program.waitFor(/IPFS Cluster is READY/, 60_000)
  }

  async ctl(...words: string[]): Promise<Outcome> {
    const args = ['--host', `/unix${this.home}/api-socket`, ...words]
    return await runProgram(join(OUR_BINS, 'ipfs-cluster-ctl'), args)
  }

  /** What it has pinned, by its own list. */
  async pinned(): Promise<string[]> {
    const { stdout } = await this.command('list')
    return [...stdout.matchAll(/^pinned +(\S+)/gm)].map(([, cid = '']) => cid).sort()
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> {
    return await this.program.stop(signal)
  }

  async dispose(): Promise<void> {
    await this.#program?.stop('SIGKILL')
  }

  #runOptions(): { env: Record<string, string>; prefix?: readonly string[] } {
    return { env: this.env, ...(this.#namespace && { prefix: this.#namespace.prefix }) }
  }
}
