import { TINY_BYTES, TINY_ROOM } from './defaults.ts'

/**
 * Bytes in the pieces in which they came. Tiny pieces are copied together: a piece costs some hundred bytes of memory,
 * and a client may send its content byte by byte.
 */
export class Pieces {
  #pieces: Uint8Array[] = []
  #length = 0
  /** Where tiny pieces go. What is in it does not change any more. */
  #room = Buffer.alloc(0)
  #used = 0
  /** Where in it the last piece begins; undefined: that is elsewhere. */
  #start: number | undefined

  /** Bytes of all pieces. */
  get length(): number {
    return this.#length
  }

  /** The bytes must not change any more. */
  push(piece: Uint8Array): void {
    if (piece.length === 0) return
    this.#length += piece.length
    if (piece.length < TINY_BYTES) return this.#pushTiny(piece)
    this.#pieces.push(piece)
    this.#start = undefined
  }

  /** Takes the next bytes off, or all if there are fewer. */
  take(size: number): Uint8Array[] {
    const taken: Uint8Array[] = []
    let left = Math.min(size, this.#length)
    this.#length -= left
    while (left > 0) {
      const piece = this.#pieces.shift()
      if (piece === undefined) break
      const part = piece.subarray(0, left)
      if (part.length < piece.length) this.#pieces.unshift(piece.subarray(part.length))
      taken.push(part)
      left -= part.length
    }
    // What is left of the last piece begins elsewhere now.
    if (this.#start !== undefined) this.#start = Math.max(this.#start, this.#used - this.#length)
    return taken
  }

  /** Puts bytes back in front. */
  putBack(piece: Uint8Array): void {
    if (piece.length === 0) return
    if (this.#pieces.length === 0) this.#start = undefined
    this.#pieces.unshift(piece)
    this.#length += piece.length
  }

  #pushTiny(piece: Uint8Array): void {
    if (this.#used + piece.length > this.#room.length) {
      this.#room = Buffer.allocUnsafeSlow(TINY_ROOM)
      this.#used = 0
      this.#start = undefined
    }
    if (this.#start === undefined || this.#pieces.length === 0) this.#start = this.#used
    else this.#pieces.pop()
    this.#room.set(piece, this.#used)
    this.#used += piece.length
    this.#pieces.push(this.#room.subarray(this.#start, this.#used))
  }
}

/** Copies only what is in more than one piece. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces
  return only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces)
}
