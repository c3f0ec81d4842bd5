/** Where a block lies. */
export interface Location {
  /** Id of the segment. */
  segment: number
  /** First byte of the block in the segment. */
  offset: number
  length: number
}

/** What is known of a segment. */
export interface SegmentRow {
  /** End of the last record that the index knows. */
  size: number
  /** Bytes of the blocks in it that still count. */
  live: number
  /** Number of these blocks. */
  count: number
}

const BLOCK = 'b'.charCodeAt(0)
const SEGMENT = 's'.charCodeAt(0)

/** All rows of blocks. */
export const BLOCK_PREFIX: Buffer = Buffer.of(BLOCK)
/** All rows of segments. */
export const SEGMENT_PREFIX: Buffer = Buffer.of(SEGMENT)

/** Key of the row of a block. */
export function blockKey(multihash: Uint8Array): Buffer {
  const key = Buffer.allocUnsafe(multihash.length + 1)
  key[0] = BLOCK
  key.set(multihash, 1)
  return key
}

/** Key of the row of a segment. */
export function segmentKey(id: number): Buffer {
  const key = Buffer.allocUnsafe(5)
  key[0] = SEGMENT
  key.writeUInt32BE(id, 1)
  return key
}

/** The id in the key of a segment's row. */
export function segmentOfKey(key: Buffer): number {
  return key.readUInt32BE(1)
}

export function encodeLocation(location: Location): Buffer {
  const row = Buffer.allocUnsafe(12)
  row.writeUInt32BE(location.segment, 0)
  row.writeUInt32BE(location.offset, 4)
  row.writeUInt32BE(location.length, 8)
  return row
}

export function decodeLocation(row: Buffer): Location {
  return { segment: row.readUInt32BE(0), offset: row.readUInt32BE(4), length: row.readUInt32BE(8) }
}

export function encodeSegmentRow(segment: SegmentRow): Buffer {
  const row = Buffer.allocUnsafe(12)
  row.writeUInt32BE(segment.size, 0)
  row.writeUInt32BE(segment.live, 4)
  row.writeUInt32BE(segment.count, 8)
  return row
}

export function decodeSegmentRow(row: Buffer): SegmentRow {
  return { size: row.readUInt32BE(0), live: row.readUInt32BE(4), count: row.readUInt32BE(8) }
}
