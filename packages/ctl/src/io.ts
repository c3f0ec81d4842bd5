import type { Io, TextSink } from '@ipfs-cluster/cli-kit'
import { bunRuntime, isTerminal } from './bun.ts'
import { explainSystemError } from './system-error.ts'

const STDOUT = 1
const STDERR = 2
const FAILED = 1

/** What a shell shows for a Go program that writes to a pipe nobody reads: 128 and the number of SIGPIPE. */
const SIGPIPE_STATUS = 141

/** Output is written in pieces of about this size while there is more to come. */
const PIECE = 64 * 1024

const RETRY_MILLISECONDS = 2

/** Bun makes "Buffer" when it is first used, which takes 0.1 ms. */
const encoder = new TextEncoder()

/**
 * Text to a file descriptor, straight by system call: `process.stdout` takes longer to load than a whole run of this
 * program, and may lose what is not yet written when the process ends. A slow reader holds the program back, which is
 * what back-pressure is here.
 */
export class FdSink implements TextSink {
  readonly #fd: number
  #pending = ''
  #scheduled = false

  constructor(fd: number) {
    this.#fd = fd
  }

  get isTTY(): boolean {
    return isTerminal(this.#fd)
  }

  /** Writes at once when there is much, else as soon as the program has nothing else to do. */
  write(text: string): void {
    this.#pending += text
    if (this.#pending.length >= PIECE) {
      this.flush()
    } else if (!this.#scheduled) {
      this.#scheduled = true
      setImmediate(() => {
        this.#scheduled = false
        this.flush()
      })
    }
  }

  /** Writes what is left, which is all that most runs have to write. */
  async end(): Promise<void> {
    const bun = bunRuntime()
    if (bun === undefined) {
      this.flush()
      return
    }
    const text = this.#pending
    this.#pending = ''
    try {
      if (text !== '') await bun.write(this.#fd === STDOUT ? bun.stdout : bun.stderr, text)
    } catch (error) {
      this.#fail(error)
    }
  }

  flush(): void {
    if (this.#pending === '') return
    const bytes = encoder.encode(this.#pending)
    this.#pending = ''
    for (let offset = 0; offset < bytes.length;) offset += this.#writeSome(bytes, offset)
  }

  #writeSome(bytes: Uint8Array, offset: number): number {
    try {
      return process.getBuiltinModule('node:fs').writeSync(this.#fd, bytes, offset)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') {
        this.#fail(error)
        return bytes.length - offset
      }
      // Somebody has made the descriptor non-blocking, and the reader is behind.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MILLISECONDS)
      return 0
    }
  }

  /** What cannot be written to standard output makes the program fail; messages that cannot be are lost. */
  #fail(error: unknown): void {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(SIGPIPE_STATUS)
    if (this.#fd !== STDOUT) return
    const { message } = explainSystemError(error, 'write', '/dev/stdout')
    const complaint = new FdSink(STDERR)
    complaint.write(`error : ${message}\n`)
    complaint.flush()
    process.exit(FAILED)
  }
}

/** The streams and environment of this process. Standard input is touched only by who asks for it. */
export interface ProcessIo extends Io {
  readonly stdout: FdSink
  readonly stderr: FdSink
}

export function openIo(): ProcessIo {
  return {
    env: process.env,
    get stdin() {
      return process.stdin
    },
    stdout: new FdSink(STDOUT),
    stderr: new FdSink(STDERR)
  }
}
