import { CarWriter } from '@ipld/car'
import * as Digest from 'multiformats/hashes/digest'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { hasherOf } from '../../../src/adder/hashers.ts'
import type { Block } from '../../../src/ipfs/interface.ts'

/** A block of that data, with the hash function and codec given. */
export function blockOf(data: string | Uint8Array, hash = 'sha2-256', code: number = raw.code): Block {
  const bytes = Buffer.from(data)
  const hasher = hasherOf(hash)
  if (hasher === undefined) throw new Error(`no ${hash}`)
  return { cid: CID.createV1(code, Digest.create(hasher.code, hasher.digest(bytes))), data: bytes }
}

/** A CAR of version 1. */
export async function carOf(
  blocks: readonly Block[],
  roots: readonly CID[] = blocks.slice(0, 1).map(({ cid }) => cid)
): Promise<Buffer> {
  const { writer, out } = CarWriter.create([...roots])
  const bytes = Array.fromAsync(out)
  for (const { cid, data } of blocks) await writer.put({ cid, bytes: data })
  await writer.close()
  return Buffer.concat(await bytes)
}

/** The same as version 2, with room before the data and an index after it. */
export function asVersion2(car: Buffer, { padding = 0, index = Buffer.alloc(0) } = {}): Buffer {
  const pragma = Buffer.from('0aa16776657273696f6e02', 'hex')
  const header = Buffer.alloc(40)
  const offset = pragma.length + header.length + padding
  header.writeBigUInt64LE(BigInt(offset), 16)
  header.writeBigUInt64LE(BigInt(car.length), 24)
  header.writeBigUInt64LE(index.length > 0 ? BigInt(offset + car.length) : 0n, 32)
  return Buffer.concat([pragma, header, Buffer.alloc(padding), car, index])
}
