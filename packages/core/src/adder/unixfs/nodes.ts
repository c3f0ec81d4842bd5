import { code as DAG_PB, createNode, encode } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { varint } from 'multiformats'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import * as Digest from 'multiformats/hashes/digest'
import { SMALL_LEAF_BYTES } from '../defaults.ts'
import { blockOfParts, lengthOf } from '../../ipfs/block.ts'
import type { PBLink } from '@ipld/dag-pb'
import type { Block } from '../../ipfs/interface.ts'
import type { ImportProfile } from '../profile.ts'

/** What a link to a node of a DAG says about it. */
export interface DagNode {
  cid: CID
  /** Bytes of this node and of all below it. */
  size: number
  /** Bytes of the file, or of the part of a file, that it stands for. */
  fileSize: number
}

/** A node that has just been made: still with its bytes, which go to the destinations and are then forgotten. */
export interface BuiltNode extends DagNode, Block {}

/** The node as others link to it: its bytes must not live as long as the link does. */
export function withoutData({ cid, size, fileSize }: DagNode): DagNode {
  return { cid, size, fileSize }
}

/** Blocks as they are made, and the root of the DAG that they are. */
export type DagBlocks = Generator<Block, DagNode, undefined>

/** Makes the nodes of UnixFS DAGs. Pure: what it gives depends on what it gets and on the profile alone. */
export class NodeBuilder {
  readonly #profile: Pick<ImportProfile, 'cidVersion' | 'hasher' | 'rawLeaves'>

  constructor(profile: Pick<ImportProfile, 'cidVersion' | 'hasher' | 'rawLeaves'>) {
    this.#profile = profile
  }

  /** A chunk of a file, in one or more pieces. The type of a leaf that is a UnixFS node differs between layouts. */
  leaf(chunk: readonly Uint8Array[], type: 'file' | 'raw'): BuiltNode {
    const fileSize = lengthOf(chunk)
    const framed = this.#profile.rawLeaves ? chunk : frameLeaf(chunk, fileSize, type)
    const size = lengthOf(framed)
    const parts = size > SMALL_LEAF_BYTES || framed.length === 1 ? framed : [Buffer.concat(framed, size)]
    const cid = this.#leafCid(this.#digest(parts))
    const [only] = parts
    const block = only !== undefined && parts.length === 1 ? { cid, data: only } : blockOfParts(cid, parts)
    // Not spread: that would put the pieces together.
    return Object.assign(block, { size, fileSize })
  }

  /** A node of a file above its leaves. */
  inner(children: readonly DagNode[]): BuiltNode {
    const unixfs = new UnixFS({ type: 'file', blockSizes: children.map((child) => BigInt(child.fileSize)) })
    const links = children.map(({ cid, size }): PBLink => ({ Hash: cid, Name: '', Tsize: size }))
    return this.#node(unixfs, links, children)
  }

  /** A folder in one node. The links must be in the order of the bytes of their names. */
  directory(links: readonly NamedNode[]): BuiltNode {
    return this.#node(new UnixFS({ type: 'directory' }), links.map(toLink), links)
  }

  /** A node of a folder that is spread over a HAMT. */
  shard(links: readonly NamedNode[], bitfield: Uint8Array, fanout: number, hashCode: number): BuiltNode {
    const options = { data: new Uint8Array(bitfield), fanout: BigInt(fanout), hashType: BigInt(hashCode) }
    return this.#node(new UnixFS({ type: 'hamt-sharded-directory', ...options }), links.map(toLink), links)
  }

  symlink(target: Uint8Array): BuiltNode {
    return this.#node(new UnixFS({ type: 'symlink', data: new Uint8Array(target) }), [], [])
  }

  #node(unixfs: UnixFS, links: PBLink[], children: readonly DagNode[]): BuiltNode {
    const data = encode(createNode(unixfs.marshal(), links))
    const size = children.reduce((sum, child) => sum + child.size, data.length)
    const fileSize = children.reduce((sum, child) => sum + child.fileSize, 0)
    return { cid: this.#dagPbCid(this.#digest([data])), data, size, fileSize }
  }

  #leafCid(digest: Digest.Digest<number, number>): CID {
    return this.#profile.rawLeaves ? CID.createV1(raw.code, digest) : this.#dagPbCid(digest)
  }

  #dagPbCid(digest: Digest.Digest<number, number>): CID {
    return CID.create(this.#profile.cidVersion, DAG_PB, digest)
  }

  #digest(parts: readonly Uint8Array[]): Digest.Digest<number, number> {
    const { hasher } = this.#profile
    const [only] = parts
    const isOne = only !== undefined && parts.length === 1
    return Digest.create(hasher.code, isOne ? hasher.digest(only) : hasher.digestOf(parts))
  }
}

/** A child of a folder. */
export interface NamedNode extends DagNode {
  name: string
}

function toLink({ name, cid, size }: NamedNode): PBLink {
  return { Hash: cid, Name: name, Tsize: size }
}

/** Numbers of the types of UnixFS nodes that hold content. */
const LEAF_TYPES = { raw: 0, file: 2 } as const

/**
 * A leaf as a dag-pb node around a UnixFS node around the chunk, each with its length before it. Written here because
 * going through the two codecs copies the chunk three times, which takes as long as hashing it.
 */
function frameLeaf(chunk: readonly Uint8Array[], length: number, type: 'file' | 'raw'): Uint8Array[] {
  const head = [0x08, LEAF_TYPES[type], ...(length > 0 ? [0x12, ...varintOf(length)] : [])]
  const tail = [0x18, ...varintOf(length)]
  const prefix = [0x0a, ...varintOf(head.length + length + tail.length), ...head]
  return [Uint8Array.from(prefix), ...chunk, Uint8Array.from(tail)]
}

function varintOf(value: number): Uint8Array {
  return varint.encodeTo(value, new Uint8Array(varint.encodingLength(value)))
}
