import type { Io } from '@ipfs-cluster/cli-kit'

const ATTEMPTS = 3

/** Characters after which an answer ends, whether or not its line does. */
const LONGEST_ANSWER = 64 * 1024

/** Asks on standard output and reads the answers from standard input, line by line; what follows them stays readable. */
export class Prompt implements Disposable {
  readonly #io: Pick<Io, 'stdin' | 'stdout'>
  #pieces: AsyncIterator<string | Buffer> | undefined
  /** What was read and not used yet. */
  #pending = ''

  constructor(io: Pick<Io, 'stdin' | 'stdout'>) {
    this.#io = io
  }

  /** A whole line; empty at the end of the input. */
  async ask(question: string): Promise<string> {
    this.#io.stdout.write(question)
    return this.#nextLine()
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

  /** The rest of the input. */
  async *rest(): AsyncGenerator<string> {
    for (;;) {
      if (this.#pending !== '') yield this.#pending
      this.#pending = ''
      if (!(await this.#readOn())) return
    }
  }

  [Symbol.dispose](): void {
    this.#io.stdin.pause()
  }

  async #nextLine(): Promise<string> {
    for (;;) {
      const end = this.#pending.indexOf('\n')
      if (end === -1 && this.#pending.length < LONGEST_ANSWER && (await this.#readOn())) continue
      const line = end === -1 ? this.#pending : this.#pending.slice(0, end)
      this.#pending = end === -1 ? '' : this.#pending.slice(end + 1)
      return line
    }
  }

  /** @returns false at the end of the input */
  async #readOn(): Promise<boolean> {
    this.#pieces ??= this.#open()
    const next = await this.#pieces.next()
    if (next.done !== true) this.#pending += String(next.value)
    return next.done !== true
  }

  #open(): AsyncIterator<string | Buffer> {
    this.#io.stdin.setEncoding('utf8')
    return this.#io.stdin[Symbol.asyncIterator]()
  }
}
