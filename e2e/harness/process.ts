import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

/** Characters of each output that are kept, the newest; a peer under load may print gigabytes. */
const MAX_OUTPUT = 64 << 20

/** What a program did until its end. */
export interface Outcome {
  stdout: string
  stderr: string
  /** Exit code, or the name of the signal that ended it. */
  code: number | string
}

/** How a program is started. Nothing of the caller's environment is inherited but PATH. */
export interface RunOptions {
  env?: Record<string, string>
  cwd?: string
  stdin?: string
  /** Command that runs the program in its own place, so that it has the process of that. */
  prefix?: readonly string[]
}

/** Runs a program to its end. */
export async function runProgram(path: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const program = new Program(path, args, options)
  program.child.stdin?.end(options.stdin ?? '')
  const code = await program.exited
  return { stdout: program.stdout, stderr: program.stderr, code }
}

/** A running program whose output can be waited for. */
export class Program {
  readonly child: ChildProcess
  readonly exited: Promise<number | string>
  #stdout = ''
  #stderr = ''

  constructor(path: string, args: readonly string[], options: RunOptions = {}) {
    const [command = path, ...words] = [...(options.prefix ?? []), path, ...args]
    this.child = spawn(command, words, {
      cwd: options.cwd,
      env: { PATH: process.env.PATH, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe']
    })
    // A program that ends before it has read its input is no failure of the harness.
    this.child.stdin?.on('error', () => {})
    collect(this.child.stdout, (text) => (this.#stdout = newest(this.#stdout + text)))
    collect(this.child.stderr, (text) => (this.#stderr = newest(this.#stderr + text)))
    this.exited = new Promise((resolve, reject) => {
      this.child.once('error', reject)
      this.child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))
    })
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the program did not start')
    return this.child.pid
  }

  get stdout(): string {
    return this.#stdout
  }

  get stderr(): string {
    return this.#stderr
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  /**
   * Resolves when what the program printed on stdout or stderr matches.
   *
   * @throws Error with the output when the program ends, or the time passes, before that
   */
  async waitFor(pattern: RegExp, timeoutMs = 60_000): Promise<void> {
    const matches = (): boolean => pattern.test(this.#stdout) || pattern.test(this.#stderr)
    await new Promise<void>((resolve, reject) => {
      const check = (): void => {
        if (matches()) done(resolve)
      }
      const fail = (what: string): void => done(() => reject(new Error(`${what} ${pattern.source}:\n${this.#stderr}`)))
      const ended = (): void => (matches() ? done(resolve) : fail('the program ended before it printed'))
      const timer = setTimeout(() => fail(`in ${timeoutMs} ms the program did not print`), timeoutMs)
      const done = (settle: () => void): void => {
        clearTimeout(timer)
        this.child.stdout?.off('data', check)
        this.child.stderr?.off('data', check)
        this.child.off('close', ended)
        settle()
      }
      this.child.stdout?.on('data', check)
      this.child.stderr?.on('data', check)
      this.child.once('close', ended)
      if (this.running) check()
      else ended()
    })
  }

  /** Sends the signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> {
    if (this.running) this.child.kill(signal)
    return await this.exited
  }
}

function collect(stream: Readable | null, take: (text: string) => void): void {
  stream?.setEncoding('utf8').on('data', take)
}

/** Cuts half away at once, so that it is seldom done. */
function newest(text: string): string {
  return text.length > MAX_OUTPUT ? text.slice(text.length / 2) : text
}
