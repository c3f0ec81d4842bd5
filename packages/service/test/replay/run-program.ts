import { PassThrough, Readable } from 'node:stream'
import { runProgram } from '@ipfs-cluster/cli-kit'
import { program } from '../../src/program.ts'
import type { Run } from './compare.ts'

/** Runs the program in this process, on streams and an environment of its own. */
export async function runHere(argv: readonly string[], stdin: string, env: Record<string, string>): Promise<Run> {
  const [stdout, stderr] = [new Collector(), new Collector()]
  const input = Object.assign(stdin === '' ? emptyStream() : Readable.from([stdin]), { isTTY: false })
  const status = await runProgram(program, argv, { env, stdin: input, stdout, stderr })
  return { status, stdout: stdout.text, stderr: stderr.text }
}

class Collector {
  text = ''

  write(text: string): void {
    this.text += text
  }
}

function emptyStream(): Readable {
  const stream = new PassThrough()
  stream.end()
  return stream
}
