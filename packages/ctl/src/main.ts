/**
 * The entry of the program `ipfs-cluster-ctl`. A run lasts some ten milliseconds, so what every run loads imports no
 * module of Node: in Bun `node:process` takes half a millisecond, `node:path` as long, and `node:fs` a whole one.
 */
import { runProgram } from '@ipfs-cluster/cli-kit'
import { openIo } from './io.ts'
import { program } from './program.ts'

const io = openIo()

async function end(status: number): Promise<void> {
  await io.stdout.end()
  await io.stderr.end()
  // What is still open (a server that goes on sending) must not keep the program.
  process.exit(status)
}

try {
  await end(await runProgram(program, process.argv.slice(2), io))
} catch (error) {
  io.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  await end(1)
}
