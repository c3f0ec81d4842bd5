import { createInterface } from 'node:readline'
import type { Io } from '@ipfs-cluster/cli-kit'

const ATTEMPTS = 3

/** Asks on standard output and reads the answers from standard input. */
export class Prompt implements Disposable {
  readonly #io: Pick<Io, 'stdin' | 'stdout'>
  #lines: { iterator: AsyncIterator<string>; close(): void } | undefined

  constructor(io: Pick<Io, 'stdin' | 'stdout'>) {
    this.#io = io
  }

  /** A whole line; empty at the end of the input. */
  async ask(question: string): Promise<string> {
    this.#io.stdout.write(question)
    return (await this.#nextLine()) ?? ''
  }

  /**
   * Yes or no. Anything but `y`, `Y`, `n` and `N` is asked again, up to three times in all; nothing at all means no. As
   * in the Go release an answer stands until another one is given, so at the end of the input the last one is repeated.
   */
  async confirm(question: string): Promise<boolean> {
    let answer = ''
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [word] = (await this.ask(`${question} `)).trim().split(/\s+/)
      if (word !== undefined && word !== '') answer = word
      if (answer === 'y' || answer === 'Y') return true
      if (answer === 'n' || answer === 'N' || answer === '') return false
      this.#io.stdout.write("Please press either 'y' or 'n'\n")
    }
    return false
  }

  [Symbol.dispose](): void {
    this.#lines?.close()
  }

  async #nextLine(): Promise<string | undefined> {
    this.#lines ??= this.#open()
    const next = await this.#lines.iterator.next()
    return next.done === true ? undefined : next.value
  }

  #open(): { iterator: AsyncIterator<string>; close(): void } {
    const lines = createInterface({ input: this.#io.stdin })
    return { iterator: lines[Symbol.asyncIterator](), close: () => lines.close() }
  }
}
