import type { AddedOutput } from '@ipfs-cluster/api'
import { ApiError, TransportError } from '../errors.ts'
import type { AddEntry } from './multipart.ts'
import { readContent } from './content.ts'

/** How far an upload is. */
export interface UploadProgress {
  /** Path of the file that is being read. */
  readonly name: string
  /** Bytes of all files that have been read and handed over so far. */
  readonly bytes: number
}

/** Keeps account of one add: what has been sent of it, and what has been stored. */
export class Upload {
  readonly #onProgress: ((progress: UploadProgress) => void) | undefined
  #bytes = 0
  #stored = 0
  #last = ''

  constructor(onProgress?: (progress: UploadProgress) => void) {
    this.#onProgress = onProgress
  }

  /** The same entries, whose content is counted as it is read. */
  async *counted(entries: AsyncIterable<AddEntry> | Iterable<AddEntry>): AsyncGenerator<AddEntry, void, void> {
    for await (const entry of entries) {
      yield entry.type === 'file' ? { ...entry, content: this.#counted(entry.name, readContent(entry.content)) } : entry
    }
  }

  /** That was stored; progress has no CID. */
  onOutput({ cid, name }: AddedOutput): void {
    if (cid === null) return
    this.#stored++
    this.#last = name
  }

  /** The same failure, which says what has become of what was sent, and how to go on. */
  explain(error: unknown): unknown {
    const options = { cause: error, advice: this.#advice(error) }
    if (error instanceof ApiError && error.status >= 500) return new ApiError(error.status, error.message, options)
    if (!(error instanceof TransportError) || this.#bytes === 0) return error
    return new TransportError(error.code, error.message, { ...options, answered: error.answered })
  }

  async *#counted(name: string, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    for await (const bytes of content) {
      yield bytes
      this.#bytes += bytes.length
      this.#onProgress?.({ name, bytes: this.#bytes })
    }
  }

  #advice(error: unknown): string {
    const stored =
      this.#stored === 0 ? 'No file was stored as a whole' : `Stored so far: ${this.#stored}, the last "${this.#last}"`
    const pinned = error instanceof ApiError ? 'nothing was pinned' : 'most likely nothing was pinned'
    const next = 'When the cause is mended, add the same again: blocks that are there are not stored twice.'
    return `${stored}; ${pinned}. ${next}`
  }
}
