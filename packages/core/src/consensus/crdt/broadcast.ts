import { createHash } from 'node:crypto'
import { cidFromBytes, ClusterError, encodeBase58 } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import { canNameBlock } from '../../blocks/index.ts'
import { ProtobufReader, ProtobufWriter } from '../../codec/index.ts'
import { MAX_WAITING_HEADS } from './defaults.ts'

const HEADS = 1
const HEAD_CID = 1

/** Multihash code of md5 as a varint, and the size of its digest. */
const MD5_MULTIHASH = Uint8Array.of(0xd5, 0x01, 0x10)

/** The message that tells other replicas of heads (spec: wire 4.7). */
export function encodeBroadcast(heads: readonly CID[]): Uint8Array {
  const writer = new ProtobufWriter()
  for (const { bytes } of heads) writer.message(HEADS, () => writer.bytes(HEAD_CID, bytes))
  return writer.finish()
}

/**
 * Reads such a message. Old peers send the bytes of one CID and nothing around them. Only so many heads are taken as can
 * wait to be walked; the rest comes again.
 *
 * @throws ClusterError when it is neither, or names what is no delta block
 */
export function decodeBroadcast(message: Uint8Array): CID[] {
  try {
    const heads = readHeads(message)
    if (heads.length > 0) return heads
  } catch (err) {
    if (message[0] !== 0x01) throw err
  }
  return [readCid(message)]
}

/** A CID may bring its block along and so be as large as a message: such a one is not kept. */
function readCid(bytes: Uint8Array): CID {
  const cid = cidFromBytes(bytes)
  if (!canNameBlock(cid)) throw new ClusterError('ERR_BAD_ENCODING', 'a head with another hash than sha2-256')
  return cid
}

function readHeads(message: Uint8Array): CID[] {
  const heads: CID[] = []
  const reader = new ProtobufReader(message)
  while (reader.next()) {
    if (reader.field === HEADS && heads.length < MAX_WAITING_HEADS) heads.push(...readHead(reader.bytes()))
    else reader.skip()
  }
  return heads
}

function readHead(bytes: Uint8Array): CID[] {
  const cids: CID[] = []
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.field === HEAD_CID) cids.push(readCid(reader.bytes()))
    else reader.skip()
  }
  return cids
}

/** Name of the pubsub topic of a cluster: base58btc of the md5 multihash of its name (spec: wire 4.1). */
export function crdtTopic(clusterName: string): string {
  const digest = createHash('md5').update(clusterName).digest()
  return encodeBase58(Buffer.concat([MD5_MULTIHASH, digest]))
}
