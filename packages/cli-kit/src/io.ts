import process from 'node:process'

/** Where a program writes text: a stream, or anything that keeps the order of what it is given. */
export interface TextSink {
  /** @returns false when a stream has enough for the moment and will say `drain` */
  write(text: string): unknown
  once?(event: 'drain', listener: () => void): unknown
  readonly isTTY?: boolean
}

/** What a program reads from and writes to. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: NodeJS.ReadableStream & { isTTY?: boolean }
  readonly stdout: TextSink
  readonly stderr: TextSink
}

/** Writes, and waits where the reader is behind, so that what it has not read is never in memory. */
export async function writeOut(sink: TextSink, text: string): Promise<void> {
  if (sink.write(text) !== false || sink.once === undefined) return
  await new Promise<void>((resolve) => sink.once?.('drain', resolve))
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

/**
 * Ends this process once what it has written is out: a pipe takes no more than its reader has room for, and
 * `process.exit` alone would lose the rest.
 */
export async function exitProcess(status: number): Promise<never> {
  await Promise.all([process.stdout, process.stderr].map(written))
  process.exit(status)
}

async function written(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength > 0) await new Promise<void>((resolve) => stream.write('', () => resolve()))
}

function endWithReader(err: NodeJS.ErrnoException): void {
  if (err.code === 'EPIPE') process.exit(SIGPIPE_STATUS)
}
