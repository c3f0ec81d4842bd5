import type { CID } from 'multiformats/cid'
import type { Block } from './interface.ts'

/** A block whose bytes are in several pieces, as they came: they are put together only for those who need that. */
export function blockOfParts(cid: CID, parts: readonly Uint8Array[]): Block {
  let whole: Uint8Array | undefined
  return {
    cid,
    parts,
    get data() {
      return (whole ??= Buffer.concat(parts))
    }
  }
}

/** Bytes of a block. */
export function sizeOf(block: Block): number {
  return block.parts === undefined ? block.data.length : lengthOf(block.parts)
}

/** The bytes of a block in as many pieces as they are in. */
export function partsOf(block: Block): readonly Uint8Array[] {
  return block.parts ?? [block.data]
}

/** Bytes of some pieces together. */
export function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0)
}
