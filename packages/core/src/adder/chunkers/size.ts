import type { Chunker } from './chunker.ts'

/** Chunks of equal size. */
export function sizeChunker(size: number): Chunker {
  return { maxSize: size, isFixed: true, cut: (bytes) => Math.min(size, bytes.length) }
}
