import { createHash } from 'node:crypto'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'

/** CID of a raw block that holds the text. */
export function rawCid(text: string): CID {
  return CID.createV1(0x55, create(0x12, createHash('sha256').update(text).digest()))
}
