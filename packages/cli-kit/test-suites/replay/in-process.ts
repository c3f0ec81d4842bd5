import { PassThrough } from 'node:stream'
import type { Io, TextSink } from '../../src/index.ts'
import type { Outcome } from './differences.ts'

/** What a program is given besides words and environment. */
export interface Terminal {
  stdin?: string
  isTTY?: boolean
}

/** Runs a program with these words. */
export type RunHere = (
  argv: readonly string[],
  env?: Readonly<Record<string, string>>,
  terminal?: Terminal
) => Promise<Outcome>

/** Runs a program inside this process, on streams and an environment of its own. */
export function inProcess(run: (argv: readonly string[], io: Io) => Promise<number>): RunHere {
  return async (argv, env = {}, { stdin = '', isTTY = false } = {}) => {
    const [stdout, stderr] = [new Memory(isTTY), new Memory(isTTY)]
    const input = Object.assign(new PassThrough().end(stdin), { isTTY })
    const status = await run(argv, { env, stdin: input, stdout, stderr })
    return { status, stdout: stdout.text, stderr: stderr.text }
  }
}

class Memory implements TextSink {
  readonly isTTY: boolean
  text = ''

  constructor(isTTY: boolean) {
    this.isTTY = isTTY
  }

  write(text: string): void {
    this.text += text
  }
}
