import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const SOURCE = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const BUNDLE = fileURLToPath(new URL('../../dist/bundle/ipfs-cluster-service.mjs', import.meta.url))

/** `npm test` has just built the programs, and these start in a quarter of the time. */
const PROGRAM = process.env['IPFS_CLUSTER_TEST_BUILT'] === '1' ? BUNDLE : SOURCE

/** Milliseconds that a line of the log may be waited for: less than a test has, so that the program is ended. */
const PATIENCE = 45_000

/** The program as a process of its own. */
export class Service implements AsyncDisposable {
  readonly process: ChildProcess
  /** Resolves with the exit status; null when a signal ended it. */
  readonly exited: Promise<number | null>
  #stderr = ''
  #stdout = ''
  #listeners = new Set<() => void>()

  constructor(args: readonly string[], options: { env?: Record<string, string>; cwd?: string } = {}) {
    const flags = ['--conditions=@ipfs-cluster/source', '--disable-warning=ExperimentalWarning']
    this.process = spawn(process.execPath, [...flags, PROGRAM, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], ...options.env },
      cwd: options.cwd
    })
    this.process.stdout!.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()))
    this.process.stderr!.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString()
      for (const listener of this.#listeners) listener()
    })
    this.exited = new Promise((resolve) =>
      this.process.once('close', (code) => {
        resolve(code)
        for (const listener of this.#listeners) listener()
      })
    )
  }

  get stdout(): string {
    return this.#stdout
  }

  get stderr(): string {
    return this.#stderr
  }

  /** Waits for a line of the log. Fails when the program ends before it comes, or when it does not come for long. */
  async logged(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const end = (match: RegExpExecArray | null, how: string): void => {
        clearTimeout(timer)
        this.#listeners.delete(look)
        if (match === null) reject(new Error(`the program ${how} without ${String(pattern)}:\n${this.#stderr}`))
        else resolve(match)
      }
      const look = (): void => {
        const match = pattern.exec(this.#stderr)
        const ended = this.process.exitCode !== null || this.process.signalCode !== null
        if (match !== null || ended) end(match, 'ended')
      }
      const timer = setTimeout(() => end(null, 'ran on'), PATIENCE)
      this.#listeners.add(look)
      look()
    })
  }

  /** Waits for what shows elsewhere than in the log. */
  async until(condition: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + PATIENCE
    while (!(await condition())) {
      if (performance.now() > deadline) throw new Error(`it did not come:\n${this.#stderr}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** Where the REST API listens, as a URL. */
  async restUrl(): Promise<string> {
    const [, port] = await this.logged(/RESTAPI \(HTTP\): \/ip4\/127\.0\.0\.1\/tcp\/(\d+)/)
    return `http://127.0.0.1:${port}`
  }

  async ready(): Promise<void> {
    await this.logged(/\*\* IPFS Cluster is READY \*\*/)
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.process.kill(signal)
    return this.exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) await this.end('SIGKILL')
  }
}
