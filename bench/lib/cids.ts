import { createHash } from 'node:crypto'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'

/** A CID of its own for each text. */
export function cidOf(text: string): CID {
  return CID.createV1(0x55, create(0x12, createHash('sha256').update(text).digest()))
}

/** Texts of that many CIDs, the same for the same label. */
export function* cidTexts(label: string, count: number): Generator<string> {
  for (let i = 0; i < count; i++) yield cidOf(`${label}-${i}`).toString()
}
