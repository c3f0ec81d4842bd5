import type { Block } from '../../ipfs/interface.ts'
import type { DagBlocks, DagNode } from './nodes.ts'

/** Puts the leaves of one file together, as they come. Each layout holds some of the links, never content. */
export interface FileLayout {
  /** Type of leaves that are UnixFS nodes. */
  readonly leafType: 'file' | 'raw'
  /** Takes the next leaf; gives the nodes that are complete with it. */
  add(leaf: DagNode): Iterable<Block>
  /** All leaves have been added: gives what remains, and the root. */
  finish(): DagBlocks
}
