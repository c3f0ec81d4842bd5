import { runProgram } from '@ipfs-cluster/cli-kit'
import type { Io, TextSink } from '@ipfs-cluster/cli-kit'
import { PassThrough } from 'node:stream'
import { program } from '../src/program.ts'
import type { Outcome } from './replay.ts'

/** Runs the program inside this process. */
export async function run(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { stdin = '', isTTY = false }: { stdin?: string; isTTY?: boolean } = {}
): Promise<Outcome> {
  const [stdout, stderr] = [new Memory(isTTY), new Memory(isTTY)]
  const io: Io = { env, stdin: new PassThrough().end(stdin), stdout, stderr }
  const status = await runProgram(program, argv, io)
  return { status, stdout: stdout.text, stderr: stderr.text }
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
