import type { CID } from 'multiformats/cid'
import type { BlockId } from '../../blocks/index.ts'
import type { Write } from '../../datastore/index.ts'
import type { CrdtKeys } from './keys.ts'
import { encodeVarint } from './varint.ts'

/** A block that no other block links yet. */
export interface Head {
  readonly id: BlockId
  readonly cid: CID
  readonly height: number
}

/** The tips of the DAG. As many as there are replicas that write at the same time: few, so they are kept in memory. */
export class Heads implements Iterable<Head> {
  readonly #heads: Map<BlockId, Head>

  constructor(heads: Iterable<Head> = []) {
    this.#heads = new Map(Array.from(heads, (head) => [head.id, head]))
  }

  get size(): number {
    return this.#heads.size
  }

  /** Height of the highest head; 0 when there is none. */
  get maxHeight(): number {
    let max = 0
    for (const { height } of this.#heads.values()) max = Math.max(max, height)
    return max
  }

  has(id: BlockId): boolean {
    return this.#heads.has(id)
  }

  set(head: Head): void {
    this.#heads.set(head.id, head)
  }

  delete(id: BlockId): void {
    this.#heads.delete(id)
  }

  cids(): CID[] {
    return Array.from(this.#heads.values(), ({ cid }) => cid)
  }

  /** Names in ascending order: what tells one state of the DAG from another. */
  ids(): BlockId[] {
    return [...this.#heads.keys()].sort()
  }

  copy(): Heads {
    return new Heads(this)
  }

  /** What turns the stored heads from `before` into these. */
  writesSince(before: Heads, keys: CrdtKeys): Write[] {
    const writes: Write[] = []
    for (const { id } of before) if (!this.has(id)) writes.push({ type: 'del', key: keys.head(id) })
    for (const { id, height } of this) {
      if (!before.has(id)) writes.push({ type: 'put', key: keys.head(id), value: encodeVarint(height) })
    }
    return writes
  }

  [Symbol.iterator](): IterableIterator<Head> {
    return this.#heads.values()
  }
}
