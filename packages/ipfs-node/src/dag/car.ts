import { CarBlockIterator } from '@ipld/car/iterator'
import * as dagCbor from '@ipld/dag-cbor'
import { varint } from 'multiformats'
import type { CID } from 'multiformats/cid'
import { KuboError, messageOf } from '../errors.ts'
import type { Blocks, ReadOptions } from './blocks.ts'
import { toCid } from './hashes.ts'
import { descend } from './walk.ts'

/** A CAR that is being read: its roots, then its blocks as they arrive. Either version of the format. */
export interface CarReader {
  roots: CID[]
  blocks: AsyncIterable<{ cid: CID; bytes: Uint8Array }>
}

/** Reads a CAR. @throws KuboError in Kubo's words when it is not one */
export async function readCar(source: AsyncIterable<Uint8Array>): Promise<CarReader> {
  const iterator = await CarBlockIterator.fromIterable(source).catch((err: unknown) => {
    throw new KuboError(`import failed: ${messageOf(err)}`, { cause: err })
  })
  const roots = await iterator.getRoots()
  return { roots: roots.map(toCid), blocks: blocksOf(iterator) }
}

async function* blocksOf(iterator: CarBlockIterator): AsyncGenerator<{ cid: CID; bytes: Uint8Array }> {
  let previous: CID | undefined
  const blocks = iterator[Symbol.asyncIterator]()
  for (;;) {
    const next = await blocks.next().catch((err: unknown) => {
      const place = previous === undefined ? '' : ` after block "${previous.toString()}"`
      throw new KuboError(`import failed${place}: ${messageOf(err)}`, { cause: err })
    })
    if (next.done === true) return
    previous = toCid(next.value.cid)
    yield { cid: previous, bytes: next.value.bytes }
  }
}

/** The DAG below a root as a CAR of version 1, in the order of the DAG, each block once. */
export async function* writeCar(blocks: Blocks, root: CID, options: ReadOptions = {}): AsyncGenerator<Uint8Array> {
  const header = dagCbor.encode({ roots: [root], version: 1 })
  yield Buffer.concat([lengthPrefix(header.length), header])
  for await (const cid of descend(blocks, root, options)) {
    const bytes = await blocks.get(cid, options)
    yield Buffer.concat([lengthPrefix(cid.bytes.length + bytes.length), cid.bytes])
    yield bytes
  }
}

function lengthPrefix(length: number): Uint8Array {
  return varint.encodeTo(length, new Uint8Array(varint.encodingLength(length)))
}
