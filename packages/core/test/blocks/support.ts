import { createHash } from 'node:crypto'
import { identify } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { blockIdOf } from '@ipfs-cluster/core/blocks'
import type { BlockReader } from '@ipfs-cluster/core/blocks'
import { makeBlock } from '../../src/consensus/crdt/delta-block.ts'
import type { DeltaBlock } from '../../src/consensus/crdt/delta-block.ts'

/** A host on a free port of this machine that tells others which protocols it speaks. */
export function identifyingHost(): Promise<Libp2p> {
  return createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    connectionMonitor: { enabled: false },
    services: { identify: identify() }
  })
}

/** A CID that names nothing. */
export function someCid(text: string): CID {
  return CID.createV1(0x55, Digest.create(0x12, createHash('sha256').update(text).digest()))
}

/** A block upon others, with about that many bytes. */
export function blockUpon(parents: readonly DeltaBlock[], label: string, size = 10): DeltaBlock {
  const priority = 1 + Math.max(0, ...parents.map(({ delta }) => delta.priority))
  const elements = [{ key: label, value: Buffer.alloc(size, label) }]
  return makeBlock(
    { elements, tombstones: [], priority },
    parents.map(({ cid }) => cid)
  )
}

/** Blocks each upon the one before, the lowest first. */
export function chainOf(length: number, size?: number): DeltaBlock[] {
  const blocks: DeltaBlock[] = []
  while (blocks.length < length) blocks.push(blockUpon(blocks.slice(-1), `block ${blocks.length}`, size))
  return blocks
}

/** Blocks in memory; notes what was read. */
export class MapBlocks implements BlockReader {
  readonly bytes = new Map<string, Uint8Array>()
  readonly read: string[] = []

  constructor(blocks: readonly DeltaBlock[] = []) {
    this.add(...blocks)
  }

  add(...blocks: readonly DeltaBlock[]): void {
    for (const { id, bytes } of blocks) this.bytes.set(id, bytes)
  }

  async get(cid: CID): Promise<Uint8Array | undefined> {
    this.read.push(blockIdOf(cid))
    return this.bytes.get(blockIdOf(cid))
  }

  async has(cid: CID): Promise<boolean> {
    return this.bytes.has(blockIdOf(cid))
  }
}
