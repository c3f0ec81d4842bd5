/** The entry of the program `ipfs-cluster-service`. */
import process from 'node:process'
import { exitProcess, processIo, runProgram } from '@ipfs-cluster/cli-kit'
import { program } from './program.ts'

const io = processIo()

try {
  await exitProcess(await runProgram(program, process.argv.slice(2), io))
} catch (err) {
  io.stderr.write(`${err instanceof Error ? (err.stack ?? err.message) : String(err)}\n`)
  await exitProcess(1)
}
