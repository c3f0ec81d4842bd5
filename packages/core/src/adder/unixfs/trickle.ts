import { MAX_LINKS, TRICKLE_REPEAT } from '../defaults.ts'
import { withoutData } from './nodes.ts'
import type { Block } from '../../ipfs/interface.ts'
import type { FileLayout } from './layout.ts'
import type { BuiltNode, DagBlocks, DagNode, NodeBuilder } from './nodes.ts'

/** A node that still takes children: first leaves, then four subtrees of depth 1, four of depth 2, and so on. */
interface OpenNode {
  /** Its subtrees are less deep than this. */
  maxDepth: number
  children: DagNode[]
}

/** The layout for reading from the start: the first leaves hang directly below the root. */
export class TrickleLayout implements FileLayout {
  readonly leafType = 'raw'
  readonly #nodes: NodeBuilder
  /** The node that takes leaves now, and those above it, from the root down. */
  #current: OpenNode = { maxDepth: Infinity, children: [] }
  readonly #parents: OpenNode[] = []

  constructor(nodes: NodeBuilder) {
    this.#nodes = nodes
  }

  *add(leaf: DagNode): Generator<Block, void, undefined> {
    while (this.#current.children.length >= MAX_LINKS) {
      const { children, maxDepth } = this.#current
      const depth = 1 + Math.floor((children.length - MAX_LINKS) / TRICKLE_REPEAT)
      if (depth < maxDepth) {
        this.#parents.push(this.#current)
        this.#current = { maxDepth: depth, children: [] }
      } else {
        yield this.#close()
      }
    }
    this.#current.children.push(leaf)
  }

  *finish(): DagBlocks {
    for (;;) {
      const isRoot = this.#parents.length === 0
      const node = this.#close()
      yield node
      if (isRoot) return withoutData(node)
    }
  }

  /** Builds the current node and goes back to the one above it. */
  #close(): BuiltNode {
    const node = this.#nodes.inner(this.#current.children)
    const parent = this.#parents.pop()
    if (parent !== undefined) {
      parent.children.push(withoutData(node))
      this.#current = parent
    }
    return node
  }
}
