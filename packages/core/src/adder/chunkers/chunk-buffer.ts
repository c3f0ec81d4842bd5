import { CHUNK_MARGIN } from '../defaults.ts'
import type { Chunker } from './chunker.ts'

/** A piece of content that becomes a leaf. */
export interface Chunk {
  bytes: Uint8Array
  /**
   * Whether the bytes before and behind it in its buffer, `CHUNK_MARGIN` on each side, are free: then what frames it is
   * written around it, and it need not be copied.
   */
  hasMargin: boolean
}

/**
 * Turns content that comes in pieces of any size into chunks. Copies only where a chunk goes across pieces, and holds
 * one chunk and one piece at most.
 *
 * @example
 * buffer.push(piece)
 * for (let chunk = buffer.next(); chunk !== undefined; chunk = buffer.next()) store(chunk)
 */
export class ChunkBuffer {
  readonly #chunker: Chunker
  /** What was put together last. */
  #gathered: Uint8Array | undefined
  #pieces: Uint8Array[] = []
  #length = 0

  constructor(chunker: Chunker) {
    this.#chunker = chunker
  }

  /** Adds content. The bytes must not change until they have come out again, and may be part of chunks after that. */
  push(piece: Uint8Array): void {
    if (piece.length === 0) return
    this.#pieces.push(piece)
    this.#length += piece.length
  }

  /** The next chunk, as long as enough is there to say where it ends; with `isEnd`, as long as there is anything. */
  next(isEnd: boolean = false): Chunk | undefined {
    const { maxSize } = this.#chunker
    if (this.#length === 0 || (!isEnd && this.#length < maxSize)) return undefined
    const head = this.#head(Math.min(maxSize, this.#length))
    const size = this.#chunker.cut(head)
    this.#drop(size)
    return { bytes: head.subarray(0, size), hasMargin: head === this.#gathered && size === head.length }
  }

  /** The first bytes in one piece. */
  #head(size: number): Uint8Array {
    const first = this.#pieces[0]
    if (first !== undefined && first.length >= size) return first.subarray(0, size)
    // Not zeroed first: that takes as long as to fill it.
    const { buffer } = Buffer.allocUnsafeSlow(size + 2 * CHUNK_MARGIN)
    const head = new Uint8Array(buffer, CHUNK_MARGIN, size)
    this.#gathered = head
    let filled = 0
    while (filled < size) {
      const piece = this.#pieces.shift()
      if (piece === undefined) break
      const part = piece.subarray(0, size - filled)
      head.set(part, filled)
      filled += part.length
      if (part.length < piece.length) this.#pieces.unshift(piece.subarray(part.length))
    }
    this.#pieces.unshift(head)
    return head
  }

  #drop(size: number): void {
    const first = this.#pieces[0]
    if (first !== undefined && first.length > size) this.#pieces[0] = first.subarray(size)
    else this.#pieces.shift()
    this.#length -= size
  }
}
