import { MIN_PART_BYTES } from '../defaults.ts'
import { lengthOf } from '../../ipfs/block.ts'
import { joined, Pieces } from '../pieces.ts'
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
  readonly #pieces = new Pieces()

  constructor(chunker: Chunker) {
    this.#chunker = chunker
  }

  /** Adds content. The bytes must not change until they have come out again, and may be part of chunks after that. */
  push(piece: Uint8Array): void {
    this.#pieces.push(piece)
  }

  /**
   * The next chunk in one or more pieces, as long as enough is there to say where it ends; with `isEnd`, as long as
   * there is anything.
   */
  next(isEnd: boolean = false): Uint8Array[] | undefined {
    const { maxSize, isFixed } = this.#chunker
    const { length } = this.#pieces
    if (length === 0 || (!isEnd && length < maxSize)) return undefined
    const pieces = this.#pieces.take(maxSize)
    if (isFixed) return pieces.length * MIN_PART_BYTES > lengthOf(pieces) ? [joined(pieces)] : pieces
    const head = joined(pieces)
    const size = this.#chunker.cut(head)
    this.#pieces.putBack(head.subarray(size))
    return [head.subarray(0, size)]
  }
}
