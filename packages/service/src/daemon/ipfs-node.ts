import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import process from 'node:process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { backoff } from '@ipfs-cluster/core/util'
import type { ComponentLogger, Logger, Startable } from '@ipfs-cluster/core/util'

/** How the embedded IPFS node is run. */
export interface IpfsNodeProcessInit {
  /** Arguments of Node: its options, the program, and the arguments of that. */
  args: readonly string[]
  env: Readonly<Record<string, string | undefined>>
  /** Milliseconds until a node that ended at once is started again, and the longest such pause. */
  pause?: { initial: number; max: number }
  /** Milliseconds that a node is given to end. */
  grace?: number
}

export interface IpfsNodeProcessComponents {
  logger: ComponentLogger
}

const DEFAULT_PAUSE = { initial: 500, max: 30_000 }
const DEFAULT_GRACE = 10_000

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
  #child: ChildProcess | undefined
  #supervision: Promise<void> = Promise.resolve()

  constructor({ logger }: IpfsNodeProcessComponents, init: IpfsNodeProcessInit) {
    this.#init = init
    this.#log = logger.forComponent('ipfs-node')
  }

  /** The process, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Does not wait for the node: whoever needs it asks it, as any other IPFS node. */
  start(): void {
    this.#supervision = this.#supervise()
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
    let failures = 0
    while (!signal.aborted) {
      const started = performance.now()
      const ended = await this.#run()
      if (signal.aborted) return
      failures = performance.now() - started > SETTLED ? 1 : failures + 1
      const pause = backoff(failures, this.#init.pause ?? DEFAULT_PAUSE, Math.random())
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
    this.#forEachLine(child.stderr, (line) => this.#log.info(line.replace(/^\S+Z ipfs-node /, '')))
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

  #announce(line: string): void {
    try {
      const { id, api } = JSON.parse(line) as { id?: string; api?: string }
      this.#log.info(`embedded IPFS node ${id} listening at ${api}`)
    } catch {
      this.#log.info(line)
    }
  }
}

/** The arguments of Node that run the embedded node: the bundle beside ours, or its source when we run from ours. */
export function ipfsNodeProgram(): string[] {
  const bundle = fileURLToPath(new URL('ipfs-node.mjs', import.meta.url))
  if (existsSync(bundle)) return [...process.execArgv, bundle]
  const library = import.meta.resolve('@ipfs-cluster/ipfs-node')
  return [...process.execArgv, fileURLToPath(new URL(`main${library.slice(library.lastIndexOf('.'))}`, library))]
}
