/**
 * The entry of the program `ipfs-cluster-ctl`. It and what it loads take `process` as a global: in Bun, importing
 * `node:process` reads every property of it, half a millisecond of some twelve.
 */
import { runProgram } from '@ipfs-cluster/cli-kit'
import { openIo } from './io.ts'
import { program } from './program.ts'

const io = openIo()

function end(status: number): void {
  io.stdout.flush()
  io.stderr.flush()
  // What is still open (a server that goes on sending) must not keep the program.
  process.exit(status)
}

runProgram(program, process.argv.slice(2), io).then(end, (error: unknown) => {
  io.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  end(1)
})
