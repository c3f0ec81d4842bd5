import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ClusterError } from '@ipfs-cluster/api'
import type { IpfsNodeConfig, PeerFolder } from '@ipfs-cluster/core/config'
import { abortable, backoff } from '@ipfs-cluster/core/util'
import type { AbortOptions, ComponentLogger, Logger, Startable } from '@ipfs-cluster/core/util'

/** How the embedded IPFS node is run. */
export interface IpfsNodeProcessInit {
  /** Arguments of Node: its options, the program, and the arguments of that. */
  args: readonly string[]
  env: Readonly<Record<string, string | undefined>>
  /** Milliseconds until a node that ended at once is started again, and the longest such pause. */
  pause?: { initial: number; max: number }
  /** Milliseconds that a node is given to end. */
  grace?: number
  /** Milliseconds for which a first start that fails is tried again. */
  patience?: number
}

export interface IpfsNodeProcessComponents {
  logger: ComponentLogger
}

const DEFAULT_PAUSE = { initial: 500, max: 30_000 }
const DEFAULT_GRACE = 10_000

/** The node of a peer that was killed a moment ago may still hold the addresses and the folder. */
const DEFAULT_PATIENCE = 5_000

/** A node that ran that long had started well: the pause before its next start is short again. */
const SETTLED = 60_000

/** Longest line of the node that is logged. */
const LINE_LENGTH = 4096

/**
 * The embedded IPFS node as a process of its own, so that hashing does not hold up the peer. It is started again when it
 * ends. It ends when its standard input does, so it never outlives this process, however this one ends.
 */
export class IpfsNodeProcess implements Startable {
  readonly #init: IpfsNodeProcessInit
  readonly #log: Logger
  readonly #stopping = new AbortController()
  readonly #ready = Promise.withResolvers<void>()
  #hasBeenReady = false
  #lastLine = ''
  #child: ChildProcess | undefined
  #supervision: Promise<void> = Promise.resolve()

  constructor({ logger }: IpfsNodeProcessComponents, init: IpfsNodeProcessInit) {
    this.#init = init
    this.#log = logger.forComponent('ipfs-node')
    // Nobody need wait for it.
    this.#ready.promise.catch(() => {})
  }

  /** The process, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /**
   * Resolves when the node is ready. To go on before would be to work with whatever else answers at its address.
   *
   * @throws ClusterError `ERR_IPFS_NODE_START` with the words of the node
   */
  async start(options: AbortOptions = {}): Promise<void> {
    this.#supervision = this.#supervise()
    await abortable(this.#ready.promise, options)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    const child = this.#child
    child?.stdin?.end()
    const timer = setTimeout(() => {
      this.#log.warn('the IPFS node does not stop: ending it')
      child?.kill('SIGKILL')
    }, this.#init.grace ?? DEFAULT_GRACE)
    await this.#supervision
    clearTimeout(timer)
  }

  async #supervise(): Promise<void> {
    const { signal } = this.#stopping
    const giveUp = performance.now() + (this.#init.patience ?? DEFAULT_PATIENCE)
    let failures = 0
    while (!signal.aborted) {
      const started = performance.now()
      const ended = await this.#run()
      if (signal.aborted) return
      failures = performance.now() - started > SETTLED ? 1 : failures + 1
      const pause = backoff(failures, this.#init.pause ?? DEFAULT_PAUSE, Math.random())
      if (!this.#hasBeenReady && performance.now() + pause > giveUp) {
        this.#ready.reject(new ClusterError('ERR_IPFS_NODE_START', `it ended (${ended}): ${this.#lastLine}`))
        return
      }
      this.#log.error(`the embedded IPFS node ended (${ended}); starting it again in ${pause} ms`)
      await delay(pause, undefined, { signal }).catch(() => {})
    }
  }

  /** @returns how the process ended */
  async #run(): Promise<string> {
    // A group of its own: Ctrl-C in a terminal reaches the peer alone, which stops the node when it no longer needs it.
    const child = spawn(process.execPath, this.#init.args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      env: this.#init.env
    })
    this.#child = child
    child.stdin.on('error', () => {})
    this.#forEachLine(child.stdout, (line) => this.#announce(line))
    this.#forEachLine(child.stderr, (line) => this.#relay(line.replace(/^\S+Z ipfs-node /, '')))
    try {
      const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
      return signal ?? `status ${code}`
    } catch (err) {
      return err instanceof Error ? err.message : String(err)
    } finally {
      this.#child = undefined
    }
  }

  #forEachLine(stream: Readable, take: (line: string) => void): void {
    createInterface({ input: stream }).on('line', (line) => take(line.slice(0, LINE_LENGTH)))
  }

  #relay(line: string): void {
    this.#lastLine = line
    this.#log.info(line)
  }

  #announce(line: string): void {
    const { id, api } = readAnnouncement(line)
    if (id === undefined || api === undefined) {
      this.#relay(line)
      return
    }
    this.#log.info(`embedded IPFS node ${id} listening at ${api}`)
    this.#hasBeenReady = true
    this.#ready.resolve()
  }
}

/** What the node says on one line when it is ready; nothing when the line is another one. */
function readAnnouncement(line: string): { id?: string; api?: string } {
  try {
    return JSON.parse(line) as { id?: string; api?: string }
  } catch {
    return {}
  }
}

/** The embedded node of a peer, as its configuration has it. Not started. */
export function ipfsNodeProcess(
  node: IpfsNodeConfig,
  { folder, env }: { folder: PeerFolder; env: IpfsNodeProcessInit['env'] },
  components: IpfsNodeProcessComponents
): IpfsNodeProcess {
  const args = [
    ...ipfsNodeProgram(),
    ...['--repo', resolve(folder.path, node.repo)],
    ...['--api', node.apiMultiaddress],
    ...['--gateway', node.gatewayMultiaddress],
    ...['--swarm', node.swarmMultiaddress.join(',')],
    ...['--profile', node.profile]
  ]
  return new IpfsNodeProcess(components, { args, env })
}

/** The arguments of Node that run the embedded node: the bundle beside ours, or its source when we run from ours. */
function ipfsNodeProgram(): string[] {
  // What is loaded later than the rest of a program lies in a folder beside it.
  const bundles = ['ipfs-node.mjs', '../ipfs-node.mjs'].map((path) => fileURLToPath(new URL(path, import.meta.url)))
  const bundle = bundles.find((path) => existsSync(path))
  if (bundle !== undefined) return [...process.execArgv, bundle]
  const library = import.meta.resolve('@ipfs-cluster/ipfs-node')
  return [...process.execArgv, fileURLToPath(new URL(`main${library.slice(library.lastIndexOf('.'))}`, library))]
}
