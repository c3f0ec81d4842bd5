import type { ClusterClient } from '@ipfs-cluster/client'
import { nodeClient } from '@ipfs-cluster/client/node'
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { toolPath } from '../lib/project.ts'
import type { Ports } from './ports.ts'

const SERVICE = toolPath('.bin/ipfs-cluster-service')

/** The peer that `npm start` runs: a daemon of its own folder, on the loopback interface only. */
export class QuickstartPeer {
  readonly folder: string
  readonly client: ClusterClient
  readonly #env: NodeJS.ProcessEnv
  #daemon: ChildProcess | undefined

  constructor(folder: string, ports: Ports) {
    const tcp = (name: keyof Ports): string => `/ip4/127.0.0.1/tcp/${ports[name]}`
    this.folder = folder
    this.client = nodeClient({ hosts: [tcp('REST API')] })
    this.#env = {
      ...process.env,
      IPFS_CLUSTER_PATH: folder,
      CLUSTER_LISTENMULTIADDRESS: tcp('cluster swarm'),
      CLUSTER_MDNSINTERVAL: '0s',
      CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS: tcp('REST API'),
      CLUSTER_IPFSHTTP_NODEMULTIADDRESS: tcp('IPFS RPC'),
      CLUSTER_IPFSNODE_APIMULTIADDRESS: tcp('IPFS RPC'),
      CLUSTER_IPFSNODE_GATEWAYMULTIADDRESS: tcp('IPFS gateway'),
      CLUSTER_IPFSNODE_SWARMMULTIADDRESS: tcp('IPFS swarm'),
      CLUSTER_IPFSNODE_PROFILE: 'loopback'
    }
  }

  /** Whether the folder holds the peer of an earlier run. */
  get exists(): boolean {
    return existsSync(join(this.folder, 'service.json'))
  }

  get logFile(): string {
    return join(this.folder, 'daemon.log')
  }

  /** Makes the peer's configuration and identity. */
  async init(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    mkdirSync(this.folder, { recursive: true })
    // A group of its own, so that a Ctrl-C does not end it between two of its files.
    const init = spawn(SERVICE, ['init', '--embedded-ipfs'], {
      env: this.#env,
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true
    })
    const errors: string[] = []
    init.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text))
    const [code] = (await once(init, 'close')) as [number | null]
    if (code !== 0) throw new Error(`the peer could not be initialised:\n${errors.join('')}`)
  }

  /**
   * Starts the daemon and waits until it is READY.
   *
   * @throws Error with the last lines of its log when it ends before that
   */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    // A group of its own: a Ctrl-C reaches this process only, which then stops the daemon once. However this process
    // ends, the daemon's standard input ends with it, and so does the daemon.
    const daemon = spawn(SERVICE, ['daemon', '--stop-with-stdin'], {
      env: this.#env,
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true
    })
    this.#daemon = daemon
    const log = createWriteStream(this.logFile)
    daemon.stderr.pipe(log)
    const tail = await waitForLine(daemon, /\*\* IPFS Cluster is READY \*\*/, signal)
    if (tail !== undefined) throw new Error(whyNotStarted(tail, this.folder))
  }

  /** Rejects when the daemon ends by itself. */
  async failed(): Promise<never> {
    const daemon = this.#running
    if (daemon.exitCode === null && daemon.signalCode === null) await once(daemon, 'exit')
    throw new Error(`the peer ended with ${daemon.exitCode ?? daemon.signalCode ?? 'no status'}: see ${this.logFile}`)
  }

  /** Resolves when every peer that is to hold the CID has it pinned. */
  async waitPinned(cid: Parameters<ClusterClient['status']>[0], signal: AbortSignal): Promise<string[]> {
    for (;;) {
      const status = await this.client.status(cid, { signal })
      const peers = Object.entries(status.peerMap).filter(([, info]) => info.status !== 'remote')
      const failed = peers.find(([, info]) => info.status.endsWith('error'))
      if (failed !== undefined)
        throw new Error(`${failed[1].peername} could not pin ${String(cid)}: ${failed[1].error}`)
      if (peers.length > 0 && peers.every(([, info]) => info.status === 'pinned')) {
        return peers.map(([id, info]) => `${info.peername} (${id})`)
      }
      await sleep(50, undefined, { signal })
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

  get #running(): ChildProcess {
    if (this.#daemon === undefined) throw new Error('the peer has not been started')
    return this.#daemon
  }
}

function whyNotStarted(log: string, folder: string): string {
  const holder = /someone else has the lock.* held by process (\d+)/.exec(log)?.[1]
  if (holder === undefined) return `the peer did not start; its log ends with\n${log}`
  return `the peer of an earlier run still runs in ${folder}: stop it with Ctrl-C where you started it, or with\n  kill ${holder}`
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
