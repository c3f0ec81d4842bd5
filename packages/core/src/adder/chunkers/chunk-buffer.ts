import { MIN_PART_BYTES } from '../defaults.ts'
import { lengthOf } from '../../ipfs/block.ts'
import type { Chunker } from './chunker.ts'

/**
 * Turns content that comes in pieces of any size into chunks. Copies only where the chunker must see a chunk in one
 * piece, and holds one chunk and one piece at most.
 *
 * @example
 * buffer.push(piece)
 * for (let chunk = buffer.next(); chunk !== undefined; chunk = buffer.next()) store(chunk)
 */
export class ChunkBuffer {
  readonly #chunker: Chunker
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

  /**
   * The next chunk in one or more pieces, as long as enough is there to say where it ends; with `isEnd`, as long as
   * there is anything.
   */
  next(isEnd: boolean = false): Uint8Array[] | undefined {
    const { maxSize, isFixed } = this.#chunker
    if (this.#length === 0 || (!isEnd && this.#length < maxSize)) return undefined
    const pieces = this.#take(Math.min(maxSize, this.#length))
    if (isFixed) return pieces.length * MIN_PART_BYTES > lengthOf(pieces) ? [joined(pieces)] : pieces
    const head = joined(pieces)
    const size = this.#chunker.cut(head)
    this.#putBack(head.subarray(size))
    return [head.subarray(0, size)]
  }

  #take(size: number): Uint8Array[] {
    const pieces: Uint8Array[] = []
    this.#length -= size
    while (size > 0) {
      const piece = this.#pieces.shift()
      if (piece === undefined) break
      const part = piece.subarray(0, size)
      if (part.length < piece.length) this.#pieces.unshift(piece.subarray(part.length))
      pieces.push(part)
      size -= part.length
    }
    return pieces
  }

  #putBack(piece: Uint8Array): void {
    if (piece.length === 0) return
    this.#pieces.unshift(piece)
    this.#length += piece.length
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces
  return only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces)
}
