/** The entry of the program `ipfs-cluster-follow`. */
import process from 'node:process'
import { exitProcess, processIo } from '@ipfs-cluster/cli-kit'
import { runFollow } from './run-follow.ts'

const io = processIo()

try {
  await exitProcess(await runFollow(process.argv.slice(2), io))
} catch (err) {
  io.stderr.write(`${err instanceof Error ? (err.stack ?? err.message) : String(err)}\n`)
  await exitProcess(1)
}
