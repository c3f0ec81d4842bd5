/** The entry of the program `ipfs-cluster-follow`. */
import process from 'node:process'
import { processIo } from '@ipfs-cluster/cli-kit'
import { runFollow } from './run-follow.ts'

const io = processIo()

try {
  process.exit(await runFollow(process.argv.slice(2), io))
} catch (err) {
  io.stderr.write(`${err instanceof Error ? (err.stack ?? err.message) : String(err)}\n`)
  process.exit(1)
}
