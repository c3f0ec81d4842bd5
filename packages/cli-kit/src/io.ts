import process from 'node:process'
import type { Io } from './command.ts'

/** Status of a process that writes to a closed pipe, as a shell reports the signal that ends a Go program then. */
const SIGPIPE_STATUS = 141

/**
 * The streams and environment of this process, for the entry file of a program. When the reader of the output goes
 * away (`| head -1`) the process ends at once, as a Go program does.
 */
export function processIo(): Io {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (err: NodeJS.ErrnoException) => {
      if (err.code === 'EPIPE') process.exit(SIGPIPE_STATUS)
      throw err
    })
  }
  return { env: process.env, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr }
}
