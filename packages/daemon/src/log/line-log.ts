import type { TextSink } from '@ipfs-cluster/cli-kit'
import type { ComponentLogger, Logger } from '@ipfs-cluster/core/util'
import type { Level, LogLevels } from './levels.ts'

/** Characters of lines that are held back at most. */
const MAX_HELD = 64 * 1024

/**
 * A log of lines as the Go release writes them, with tabs between time, level, component, place in the source and
 * message. The place is left out: it would be one in a bundle.
 *
 * The first line of a turn of the event loop is written at once, those that follow it in the same turn together at its
 * end, at a warning or at the end of the process: a busy peer has many, and each write is a call of the system.
 */
export class LineLog implements ComponentLogger {
  readonly #levels: LogLevels
  readonly #sink: TextSink
  #held = ''
  #turn: NodeJS.Immediate | undefined
  #millisecond = 0
  #clockText = ''

  constructor(levels: LogLevels, sink: TextSink) {
    this.#levels = levels
    this.#sink = sink
  }

  forComponent(component: string): Logger {
    const at =
      (level: Level) =>
      (message: string): void =>
        this.#write(component, level, message)
    return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') }
  }

  #write(component: string, level: Level, message: string): void {
    if (!this.#levels.passes(component, level)) return
    this.#held += `${this.#clock()}\t${level.toUpperCase()}\t${component}\t-\t${message}\n`
    const isUrgent = level === 'error' || level === 'warn' || this.#held.length > MAX_HELD
    if (isUrgent || this.#turn === undefined) this.#flush()
    if (this.#turn !== undefined) return
    this.#turn = setImmediate(() => this.#endTurn())
    process.once('exit', this.#flush)
  }

  #endTurn(): void {
    this.#turn = undefined
    process.off('exit', this.#flush)
    this.#flush()
  }

  readonly #flush = (): void => {
    if (this.#held === '') return
    const lines = this.#held
    this.#held = ''
    this.#sink.write(lines)
  }

  /** The time as it is written; made anew once a millisecond. */
  #clock(): string {
    const now = Date.now()
    if (now !== this.#millisecond) {
      this.#millisecond = now
      this.#clockText = new Date(now).toISOString()
    }
    return this.#clockText
  }
}
