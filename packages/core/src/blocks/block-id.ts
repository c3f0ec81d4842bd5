import { hash } from 'node:crypto'
import { decodeBase32, encodeBase32Upper } from '@ipfs-cluster/api'
import { code as DAG_PB } from '@ipld/dag-pb'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'

/**
 * Name of a block in the datastore: upper case base32 of its multihash, no slash, no padding (spec: wire 4.1). A CID is
 * more than that, but all blocks stored under such names are dag-pb.
 */
export type BlockId = string

const SHA2_256 = 0x12

export function blockIdOf(cid: CID): BlockId {
  return encodeBase32Upper(cid.multihash.bytes)
}

/**
 * The CID of the delta block with this name: version 1, dag-pb.
 *
 * @throws SyntaxError, Error when the name is not one
 */
export function cidOfBlockId(id: BlockId): CID {
  return CID.createV1(DAG_PB, Digest.decode(decodeBase32(id)))
}

/** The CID that a delta block with these bytes has. */
export function cidOfBytes(bytes: Uint8Array): CID {
  return CID.createV1(DAG_PB, Digest.create(SHA2_256, hash('sha256', bytes, 'buffer')))
}
