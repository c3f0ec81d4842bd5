import { ClusterError } from '@ipfs-cluster/api'
import { code as DAG_PB, decode } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import * as raw from 'multiformats/codecs/raw'
import { withSignal } from '../../util/with-signal.ts'
import { splitEntryPath } from '../entry-path.ts'
import { readCar } from './car-reader.ts'
import type { AddedOutput } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { Block } from '../../ipfs/interface.ts'
import type { AddEntry, EntrySession, SessionInit } from '../interface.ts'

/** Passes on the blocks of a CAR. Only the first entry counts, as in the Go release. */
export class CarSession implements EntrySession {
  readonly #init: SessionInit
  #roots: readonly CID[] = []

  /** @throws ClusterError `ERR_BAD_REQUEST` when there is to be a folder around it */
  constructor(init: SessionInit) {
    this.#init = init
  }

  get roots(): readonly CID[] {
    return this.#roots
  }

  get isFull(): boolean {
    return this.#roots.length > 0
  }

  /** Gives one output for each root, when all blocks are on their way. */
  async *add(entry: AddEntry): AsyncGenerator<AddedOutput, void, undefined> {
    if (this.#init.wrap) throw new ClusterError('ERR_BAD_REQUEST', 'cannot wrap a CAR file upload')
    const { root: name, below } = splitEntryPath(entry.path, false)
    if (entry.kind !== 'file' || entry.content === undefined || below.length > 0) {
      throw new ClusterError('ERR_BAD_REQUEST', 'expected CAR file is not of type file')
    }
    const { roots, blocks } = await readCar(withSignal(entry.content, this.#init.signal))
    if (roots.length > 1 && this.#init.singleRoot) {
      throw new ClusterError('ERR_BAD_CAR', 'only CAR files with a single root can be sharded')
    }
    const found = await this.#pass(blocks, roots)
    if (found.blocks === 0) throw new ClusterError('ERR_BAD_CAR', 'the CAR has no blocks')
    this.#roots = roots
    for (const cid of roots) {
      const size = found.sizes.get(keyOf(cid)) ?? 0
      yield { name, cid, bytes: found.bytes, size, allocations: [...this.#init.target.allocations] }
    }
  }

  async *finish(): AsyncGenerator<AddedOutput, void, undefined> {}

  /** Hands over all blocks, and counts them. Of the roots among them it finds out how long they are as files. */
  async #pass(blocks: AsyncIterable<Block>, roots: readonly CID[]): Promise<Passed> {
    const passed: Passed = { blocks: 0, bytes: 0, sizes: new Map(roots.map((root) => [keyOf(root), 0])) }
    for await (const block of blocks) {
      passed.blocks++
      passed.bytes += block.data.length
      const key = keyOf(block.cid)
      if (passed.sizes.has(key)) passed.sizes.set(key, fileSizeOf(block))
      const wait = this.#init.target.put(block)
      if (wait !== undefined) await wait
    }
    return passed
  }
}

interface Passed {
  blocks: number
  bytes: number
  /** Bytes of the files that the roots stand for. */
  sizes: Map<string, number>
}

/** Cheaper than the text of a CID: it is made for each block. */
function keyOf({ bytes }: CID): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

/** Bytes of the file that a root stands for; 0 when it is none. */
function fileSizeOf({ cid, data }: Block): number {
  if (cid.code === raw.code) return data.length
  if (cid.code !== DAG_PB) return 0
  try {
    const { Data } = decode(data)
    return Data === undefined ? 0 : Number(UnixFS.unmarshal(Data).fileSize())
  } catch {
    return 0
  }
}
