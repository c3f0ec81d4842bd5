/** Says where content is cut. Pure: the same bytes are always cut at the same place. */
export interface Chunker {
  /** Bytes that {@link Chunker.cut} has to see to decide; no chunk is longer. */
  readonly maxSize: number
  /** Whether all chunks are of that size but the last one, whatever is in them. */
  readonly isFixed: boolean
  /**
   * Length of the next chunk.
   *
   * @param bytes - what comes next: `maxSize` bytes, or all that is left of the content, and not empty
   */
  cut(bytes: Uint8Array): number
}
