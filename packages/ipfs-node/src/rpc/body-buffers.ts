import type { KuboError } from '../errors.ts'

const INITIAL = 256 << 10

/** The content of a part in memory that is used again. */
export interface BodyBuffer {
  bytes: Uint8Array
  /** Nobody looks at the bytes any more. */
  release: () => void
}

/**
 * Reads parts of a body that must be in memory as a whole, such as blocks. The memory is used again and again: making
 * new memory for each block keeps the garbage collector busier than all the rest.
 */
export class BodyBuffers {
  readonly #limit: number
  readonly #onTooLarge: (size: number) => KuboError
  readonly #free: Uint8Array[] = []

  constructor(limit: number, onTooLarge: (size: number) => KuboError) {
    this.#limit = limit
    this.#onTooLarge = onTooLarge
  }

  /** @throws what `onTooLarge` makes when there is more than the limit */
  async read(content: AsyncIterable<Uint8Array>): Promise<BodyBuffer> {
    let memory = this.#free.pop() ?? new Uint8Array(INITIAL)
    let filled = 0
    for await (const chunk of content) {
      const size = filled + chunk.length
      if (size > this.#limit) throw this.#onTooLarge(size)
      if (size > memory.length) memory = enlarged(memory, Math.max(size, memory.length * 2))
      memory.set(chunk, filled)
      filled = size
    }
    const buffer = memory
    return { bytes: buffer.subarray(0, filled), release: () => void this.#free.push(buffer) }
  }
}

function enlarged(memory: Uint8Array, size: number): Uint8Array {
  const larger = new Uint8Array(size)
  larger.set(memory)
  return larger
}
