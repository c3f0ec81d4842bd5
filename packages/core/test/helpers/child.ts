import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A program of the tests that runs as a process of its own, from its TypeScript source. */
export interface TestChild {
  readonly process: ChildProcess
  /** What it prints, line by line. */
  readonly lines: AsyncIterable<string>
  /** Resolves with the exit code, null when a signal ended it. */
  readonly exited: Promise<number | null>
}

/** @param shell - what a shell does first, e.g. set a limit; its `exec "$@"` is added */
export function startChild(file: URL, args: readonly string[], shell?: string): TestChild {
  const command = [
    process.execPath,
    '--conditions=@ipfs-cluster/source',
    '--disable-warning=ExperimentalWarning',
    file.pathname,
    ...args
  ]
  const [program = '', ...rest] = shell === undefined ? command : ['sh', '-c', `${shell}; exec "$@"`, 'sh', ...command]
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  return { process: child, lines: createInterface({ input: child.stdout }), exited }
}
