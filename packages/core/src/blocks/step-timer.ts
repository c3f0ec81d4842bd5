import { ClusterError } from '@ipfs-cluster/api'
import type { ByteStream } from '../network/byte-stream.ts'

/** Breaks a stream on which nothing happens for too long, so that nobody can hold a request open for ever. */
export class StepTimer {
  readonly #timer: NodeJS.Timeout

  /** @param patience - milliseconds from one step to the next */
  constructor(stream: ByteStream, patience: number) {
    this.#timer = setTimeout(() => stream.abort(new ClusterError('ERR_STREAM', 'the other peer is too slow')), patience)
    this.#timer.unref()
  }

  /** Something has happened. */
  step(): void {
    this.#timer.refresh()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
