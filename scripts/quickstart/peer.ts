import type { ClusterClient } from '@ipfs-cluster/client'
import { nodeClient } from '@ipfs-cluster/client/node'
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { toolPath } from '../lib/project.ts'
import { hasPeer } from './folders.ts'
import type { Ports } from './ports.ts'

const SERVICE = toolPath('.bin/ipfs-cluster-service')

/** A peer as `npm start` runs it: a daemon of its own folder, on the loopback interface only. */
export class QuickstartPeer {
  readonly name: string
  readonly folder: string
  readonly ports: Ports
  readonly client: ClusterClient
  readonly #env: NodeJS.ProcessEnv
  #daemon: ChildProcess | undefined

  constructor(name: string, folder: string, ports: Ports) {
    this.name = name
    this.folder = folder
    this.ports = ports
    this.client = nodeClient({ hosts: [this.#address('REST API')] })
    this.#env = {
      ...withoutClusterSettings(process.env),
      IPFS_CLUSTER_PATH: folder,
      CLUSTER_PEERNAME: name,
      CLUSTER_LISTENMULTIADDRESS: this.#address('cluster swarm'),
      CLUSTER_MDNSINTERVAL: '0s',
      CLUSTER_PEERWATCHINTERVAL: '500ms',
      CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS: this.#address('REST API'),
      CLUSTER_PINSVCAPI_HTTPLISTENMULTIADDRESS: this.#address('pinning API'),
      CLUSTER_IPFSPROXY_LISTENMULTIADDRESS: this.#address('IPFS proxy'),
      CLUSTER_IPFSPROXY_NODEMULTIADDRESS: this.#address('IPFS RPC'),
      CLUSTER_IPFSHTTP_NODEMULTIADDRESS: this.#address('IPFS RPC'),
      CLUSTER_IPFSHTTP_CONNECTSWARMSDELAY: '100ms',
      CLUSTER_IPFSNODE_APIMULTIADDRESS: this.#address('IPFS RPC'),
      CLUSTER_IPFSNODE_GATEWAYMULTIADDRESS: this.#address('IPFS gateway'),
      CLUSTER_IPFSNODE_SWARMMULTIADDRESS: this.#address('IPFS swarm'),
      CLUSTER_IPFSNODE_PROFILE: 'loopback'
    }
  }

  /** Whether the folder holds the peer of an earlier run. */
  get exists(): boolean {
    return hasPeer(this.folder)
  }

  get logFile(): string {
    return join(this.folder, 'daemon.log')
  }

  get id(): string {
    return (JSON.parse(readFileSync(join(this.folder, 'identity.json'), 'utf8')) as { id: string }).id
  }

  /** Where the other peers reach it. */
  get swarmAddress(): string {
    return `${this.#address('cluster swarm')}/p2p/${this.id}`
  }

  get restUrl(): string {
    return `http://127.0.0.1:${this.ports['REST API']}`
  }

  get gatewayUrl(): string {
    return `http://127.0.0.1:${this.ports['IPFS gateway']}`
  }

  /** Absent before the start. */
  get pid(): number | undefined {
    return this.#daemon?.pid
  }

  /** Makes the peer's configuration and identity. */
  async init(secret: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    mkdirSync(this.folder, { recursive: true })
    // A group of its own, so that a Ctrl-C does not end it between two of its files.
    const init = spawn(SERVICE, ['init', '--embedded-ipfs'], {
      env: { ...this.#env, CLUSTER_SECRET: secret },
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true
    })
    const errors: string[] = []
    init.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text))
    const [code] = (await once(init, 'close')) as [number | null]
    if (code !== 0) throw new Error(`${this.name} could not be initialised:\n${errors.join('')}`)
  }

  /**
   * Starts the daemon and waits until it is READY.
   *
   * @param others - addresses of the peers to connect to; those that are not there yet will connect to this one
   * @throws Error with the last lines of its log when it ends before that
   */
  async start(others: readonly string[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    // A group of its own: a Ctrl-C reaches this process only, which then stops the daemon once. However this process
    // ends, the daemon's standard input ends with it, and so does the daemon.
    const daemon = spawn(SERVICE, ['daemon', '--stop-with-stdin'], {
      env: { ...this.#env, CLUSTER_PEERADDRESSES: others.join(',') },
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true
    })
    this.#daemon = daemon
    const log = createWriteStream(this.logFile)
    daemon.stderr.pipe(log)
    const tail = await waitForLine(daemon, /\*\* IPFS Cluster is READY \*\*/, signal)
    if (tail !== undefined) throw new Error(whyNotStarted(this.name, tail, this.folder))
  }

  /** Rejects when the daemon ends by itself. */
  async failed(): Promise<never> {
    const daemon = this.#running
    if (daemon.exitCode === null && daemon.signalCode === null) await once(daemon, 'exit')
    throw new Error(
      `${this.name} ended with ${daemon.exitCode ?? daemon.signalCode ?? 'no status'}: see ${this.logFile}`
    )
  }

  /** Bytes that the IPFS node has fetched from others over libp2p since it was started. */
  async fetchedBytes(signal: AbortSignal): Promise<number> {
    const url = `http://127.0.0.1:${this.ports['IPFS RPC']}/api/v0/bitswap/stat`
    try {
      const answer = await fetch(url, { method: 'POST', signal })
      return ((await answer.json()) as { DataReceived: number }).DataReceived
    } catch (err) {
      throw new Error(`the IPFS node of ${this.name} does not answer: see ${this.logFile}`, { cause: err })
    }
  }

  /** Stops the daemon and gives its exit code; a daemon that never started gives 0. */
  async stop(): Promise<number> {
    const daemon = this.#daemon
    await this.client.close()
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return daemon?.exitCode ?? 0
    const exit = once(daemon, 'exit') as Promise<[number | null]>
    daemon.kill('SIGTERM')
    // No code: it had not come so far as to take the signal, and there was nothing to stop.
    return (await exit)[0] ?? 0
  }

  #address(name: keyof Ports): string {
    return `/ip4/127.0.0.1/tcp/${this.ports[name]}`
  }

  get #running(): ChildProcess {
    if (this.#daemon === undefined) throw new Error(`${this.name} has not been started`)
    return this.#daemon
  }
}

/** Settings that the user has for a peer of their own, its identity among them, are not for these peers. */
function withoutClusterSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('CLUSTER_')))
}

function whyNotStarted(name: string, log: string, folder: string): string {
  const holder = /someone else has the lock.* held by process (\d+)/.exec(log)?.[1]
  if (holder === undefined) return `${name} did not start; its log ends with\n${log}`
  return `${name} of an earlier run still runs in ${folder}: stop it with Ctrl-C where you started it, or with\n  kill ${holder}`
}

/** @returns the end of what the program printed, if it ended before the line came */
async function waitForLine(daemon: ChildProcess, line: RegExp, signal: AbortSignal): Promise<string | undefined> {
  const stderr = daemon.stderr
  if (stderr === null) return ''
  let tail = ''
  return await new Promise((resolve, reject) => {
    const look = (chunk: Buffer): void => {
      tail = (tail + chunk.toString()).slice(-4000)
      if (line.test(tail)) finish(() => resolve(undefined))
    }
    const ended = (): void => finish(() => resolve(tail))
    const aborted = (): void => finish(() => reject(signal.reason as Error))
    const finish = (settle: () => void): void => {
      stderr.off('data', look)
      daemon.off('close', ended)
      signal.removeEventListener('abort', aborted)
      settle()
    }
    stderr.on('data', look)
    daemon.once('close', ended)
    signal.addEventListener('abort', aborted)
  })
}
