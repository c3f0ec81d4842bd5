import { MAX_LINKS } from '../defaults.ts'
import { withoutData } from './nodes.ts'
import type { Block } from '../../ipfs/interface.ts'
import type { FileLayout } from './layout.ts'
import type { DagBlocks, DagNode, NodeBuilder } from './nodes.ts'

/** The usual layout: all leaves at the same depth, every node full but the last of each level. */
export class BalancedLayout implements FileLayout {
  readonly leafType = 'file'
  readonly #nodes: NodeBuilder
  /** Nodes without a parent as yet, leaves first; each level holds less than one node's worth of them. */
  readonly #levels: DagNode[][] = []

  constructor(nodes: NodeBuilder) {
    this.#nodes = nodes
  }

  *add(leaf: DagNode): Generator<Block, void, undefined> {
    let node = leaf
    for (let level = 0; ; level++) {
      const siblings = (this.#levels[level] ??= [])
      siblings.push(node)
      if (siblings.length < MAX_LINKS) return
      const parent = this.#nodes.inner(siblings)
      yield parent
      siblings.length = 0
      node = withoutData(parent)
    }
  }

  *finish(): DagBlocks {
    if (this.#levels.length === 0) yield* this.#addEmptyLeaf()
    for (let level = 0; ; level++) {
      const siblings = this.#levels[level] ?? []
      const [only] = siblings
      const isTop = level >= this.#levels.length - 1
      if (isTop && only !== undefined && siblings.length === 1) return only
      if (only === undefined) continue
      const parent = this.#nodes.inner(siblings)
      yield parent
      ;(this.#levels[level + 1] ??= []).push(withoutData(parent))
    }
  }

  *#addEmptyLeaf(): Generator<Block, void, undefined> {
    const leaf = this.#nodes.leaf([], this.leafType)
    yield leaf
    yield* this.add(withoutData(leaf))
  }
}
