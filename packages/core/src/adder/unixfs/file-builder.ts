import { ChunkBuffer } from '../chunkers/chunk-buffer.ts'
import { BalancedLayout } from './balanced.ts'
import { withoutData } from './nodes.ts'
import { TrickleLayout } from './trickle.ts'
import type { Block } from '../../ipfs/interface.ts'
import type { ImportProfile } from '../profile.ts'
import type { FileLayout } from './layout.ts'
import type { DagBlocks, NodeBuilder } from './nodes.ts'

/**
 * Makes the DAG of one file out of its content. Holds a chunk, the piece that was pushed last, and links.
 *
 * @example
 * for (const piece of content) for (const block of file.push(piece)) store(block)
 * const root = yield* file.finish()
 */
export class FileBuilder {
  readonly #nodes: NodeBuilder
  readonly #chunks: ChunkBuffer
  readonly #layout: FileLayout

  constructor(nodes: NodeBuilder, profile: Pick<ImportProfile, 'chunker' | 'layout'>) {
    this.#nodes = nodes
    this.#chunks = new ChunkBuffer(profile.chunker)
    this.#layout = profile.layout === 'trickle' ? new TrickleLayout(nodes) : new BalancedLayout(nodes)
  }

  *push(piece: Uint8Array): Generator<Block, void, undefined> {
    this.#chunks.push(piece)
    yield* this.#takeChunks(false)
  }

  *finish(): DagBlocks {
    yield* this.#takeChunks(true)
    return yield* this.#layout.finish()
  }

  *#takeChunks(isEnd: boolean): Generator<Block, void, undefined> {
    for (let chunk = this.#chunks.next(isEnd); chunk !== undefined; chunk = this.#chunks.next(isEnd)) {
      const leaf = this.#nodes.leaf(chunk, this.#layout.leafType)
      yield leaf
      yield* this.#layout.add(withoutData(leaf))
    }
  }
}
