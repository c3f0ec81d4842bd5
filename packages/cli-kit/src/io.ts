import process from 'node:process'

/** Where a program writes text: a stream, or anything that keeps the order of what it is given. */
export interface TextSink {
  write(text: string): unknown
  readonly isTTY?: boolean
}

/** What a program reads from and writes to. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: NodeJS.ReadableStream & { isTTY?: boolean }
  readonly stdout: TextSink
  readonly stderr: TextSink
}

/** Status of a process that writes to a closed pipe, as a shell reports the signal that ends a Go program then. */
const SIGPIPE_STATUS = 141

/**
 * The streams and environment of this process, for the entry file of a program. When the reader of the output goes
 * away (`| head -1`) the process ends at once, as a Go program does. Messages that cannot be written, say because the
 * disk is full, end nothing: a peer does not stop for want of a log.
 */
export function processIo(): Io {
  process.stdout.on('error', (err: NodeJS.ErrnoException) => {
    endWithReader(err)
    throw err
  })
  process.stderr.on('error', endWithReader)
  return { env: process.env, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr }
}

function endWithReader(err: NodeJS.ErrnoException): void {
  if (err.code === 'EPIPE') process.exit(SIGPIPE_STATUS)
}
