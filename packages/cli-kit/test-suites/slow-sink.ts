import { EventEmitter } from 'node:events'
import type { TextSink } from '../src/index.ts'

/** A stream whose reader is behind: each piece is one too many until `drain` is emitted. */
export class SlowSink extends EventEmitter implements TextSink {
  readonly pieces: string[] = []

  write(piece: string): boolean {
    this.pieces.push(piece)
    return false
  }

  /** Resolves when somebody waits until the reader has caught up. */
  async isWaitedFor(): Promise<void> {
    while (this.listenerCount('drain') === 0) await new Promise((resolve) => setImmediate(resolve))
  }
}
