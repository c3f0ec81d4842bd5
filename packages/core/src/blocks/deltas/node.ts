import { CID } from 'multiformats/cid'
import { ProtobufReader } from '../../codec/index.ts'
import { blockIdOf } from '../block-id.ts'
import type { BlockId } from '../block-id.ts'

/** What has to be known of a delta block to walk over it. */
export interface DeltaNode {
  /** Blocks below it. */
  readonly links: readonly BlockId[]
  /** More than that of every block below it. */
  readonly height: number
}

const NodeField = { DATA: 1, LINKS: 2 } as const
const LINK_HASH = 1
const DELTA_PRIORITY = 3

/**
 * Reads links and height of a delta block (spec: wire 4.2, 4.3) and passes over what it changes, which may be a
 * thousand pins.
 *
 * @throws ClusterError `ERR_BAD_ENCODING`, or what a CID that is none throws, when the bytes are not a delta block
 */
export function readNode(bytes: Uint8Array): DeltaNode {
  const links: BlockId[] = []
  let height = 0
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.field === NodeField.LINKS) reader.message(() => readLink(reader, links))
    else if (reader.field === NodeField.DATA) reader.message(() => (height = readHeight(reader)))
    else reader.skip()
  }
  return { links, height }
}

function readLink(reader: ProtobufReader, links: BlockId[]): void {
  while (reader.next()) {
    if (reader.field === LINK_HASH) links.push(blockIdOf(CID.decode(reader.bytes())))
    else reader.skip()
  }
}

function readHeight(reader: ProtobufReader): number {
  let height = 0
  while (reader.next()) {
    if (reader.field === DELTA_PRIORITY) height = reader.uint64()
    else reader.skip()
  }
  return height
}
