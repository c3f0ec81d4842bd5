import type { TextSink } from '@ipfs-cluster/cli-kit'
import type { ComponentLogger, Logger } from '@ipfs-cluster/core/util'
import type { Level, LogLevels } from './levels.ts'

/**
 * A log of lines as the Go release writes them, with tabs between time, level, component, place in the source and
 * message. The place is left out: it would be one in a bundle.
 */
export class LineLog implements ComponentLogger {
  readonly #levels: LogLevels
  readonly #sink: TextSink

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
    this.#sink.write(`${new Date().toISOString()}\t${level.toUpperCase()}\t${component}\t-\t${message}\n`)
  }
}
