import type { TextSink } from '@ipfs-cluster/cli-kit'

/** Milliseconds between two forms of the line: more often nobody can read it. */
const INTERVAL = 100
const CLEAR = '\r\u001b[K'

/** A line at the end of a terminal that tells what is going on, and that nothing else of the output shows. */
export class LiveLine {
  readonly #sink: TextSink | undefined
  #isShown = false
  #next = 0

  /** @param sink - where people look; one that is no terminal is left alone */
  constructor(sink: TextSink) {
    this.#sink = sink.isTTY === true ? sink : undefined
  }

  /** @param text - made when it is shown */
  show(text: () => string): void {
    const now = performance.now()
    if (this.#sink === undefined || now < this.#next) return
    this.#next = now + INTERVAL
    this.#isShown = true
    this.#sink.write(CLEAR + text())
  }

  /** To be called before anything else is printed. */
  clear(): void {
    if (this.#isShown) this.#sink?.write(CLEAR)
    this.#isShown = false
  }
}
