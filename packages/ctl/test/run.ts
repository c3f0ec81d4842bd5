import { runProgram } from '@ipfs-cluster/cli-kit'
import type { Io, TextSink } from '@ipfs-cluster/cli-kit'
import { PassThrough } from 'node:stream'
import { program } from '../src/program.ts'
import type { Outcome } from './replay.ts'

/** Runs the program inside this process. */
export async function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const [stdout, stderr] = [new Memory(), new Memory()]
  const io: Io = { env, stdin: new PassThrough(), stdout, stderr }
  const status = await runProgram(program, argv, io)
  return { status, stdout: stdout.text, stderr: stderr.text }
}

class Memory implements TextSink {
  text = ''

  write(text: string): void {
    this.text += text
  }
}
