import process from 'node:process'
import type { TextSink } from '@ipfs-cluster/cli-kit'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const IMPATIENT = `


!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!
Shutdown is taking too long! Press Ctrl-c again to manually kill cluster.
Note that this may corrupt the local cluster state.
!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!


`

/** Signals that ask the peer to stop: the first one is for an orderly end, the second warns, the third ends at once. */
export class StopSignals implements Disposable {
  readonly #abort = new AbortController()
  readonly #stderr: TextSink
  readonly #exit: (status: number) => void
  #received = 0

  /** @param exit - ends the process; a parameter for tests */
  constructor(stderr: TextSink, exit: (status: number) => void = (status) => process.exit(status)) {
    this.#stderr = stderr
    this.#exit = exit
    for (const signal of SIGNALS) process.on(signal, this.#onSignal)
  }

  /** Aborts at the first signal. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Takes the end of a stream for a signal. Whoever holds the other end takes the peer with it, however it ends. */
  followEndOf(input: NodeJS.ReadableStream): void {
    input.once('end', this.#onSignal).once('error', this.#onSignal)
    input.resume()
  }

  /** Resolves at the first signal. */
  async received(): Promise<void> {
    if (this.signal.aborted) return
    await new Promise<void>((resolve) => this.signal.addEventListener('abort', () => resolve(), { once: true }))
  }

  [Symbol.dispose](): void {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal)
  }

  readonly #onSignal = (): void => {
    this.#received++
    if (this.#received === 1) this.#abort.abort(new Error('asked to stop'))
    else if (this.#received === 2) this.#stderr.write(IMPATIENT)
    else {
      this.#stderr.write('exiting cluster NOW')
      this.#exit(1)
    }
  }
}
