import { noise } from '@libp2p/noise'
import { identify } from '@libp2p/identify'
import type { Libp2p, Stream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { CID } from 'multiformats/cid'
import { digest } from '../../../src/dag/hashes.ts'
import { linksOf } from '../../../src/dag/codecs.ts'
import { BLOCKS_PROTOCOL } from '../../../src/exchange/direct/index.ts'
import { BlockServer } from '../../../src/exchange/direct/server.ts'
import type { ServedStore } from '../../../src/exchange/direct/server.ts'
import { keyOf } from '../../../src/store/block-store.ts'
import { after, startNode } from '../../helpers.ts'
import type { TestNode } from '../../helpers.ts'

/** A host that does with the protocol what a test wants, and has no Bitswap. */
export async function strangeHost(onStream?: (stream: Stream) => void): Promise<Libp2p> {
  const host = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify() }
  })
  after(async () => host.stop())
  if (onStream !== undefined) await host.handle(BLOCKS_PROTOCOL, onStream)
  return host
}

/** A host with blocks, that serves them as a node does and counts them. */
export class ServingHost {
  readonly blocks = new Map<string, Uint8Array>()
  /** Blocks that were handed out, one after the other. */
  readonly served: string[] = []
  readonly store: ServedStore = {
    locate: () => undefined,
    size: async (multihash) => this.blocks.get(keyOf(multihash))?.length,
    get: async (multihash) => {
      this.served.push(keyOf(multihash))
      return this.blocks.get(keyOf(multihash))
    }
  }

  async start(maxServed?: number): Promise<Libp2p> {
    const server = new BlockServer(this.store, { maxServed })
    return strangeHost((stream) => void server.serve(stream))
  }
}

/** Connects a node to a host, and waits until it knows what the host speaks. */
export async function connect(node: TestNode, host: Libp2p): Promise<void> {
  const [address] = host.getMultiaddrs()
  await node.client.swarm.connect(address as never)
  for (;;) {
    const { Protocols } = (await (await node.post(`id?arg=${host.peerId.toString()}`)).json()) as {
      Protocols?: string[]
    }
    if (Protocols?.includes(BLOCKS_PROTOCOL) === true) return
  }
}

/** Opens a stream of the protocol to a node. */
export async function dial(host: Libp2p, node: TestNode): Promise<Stream> {
  return host.dialProtocol(multiaddr(node.node.swarmMultiaddrs[0]), BLOCKS_PROTOCOL)
}

/** A DAG with all its blocks, by key, root first. */
export async function dagOf(content: Uint8Array): Promise<{ root: CID; blocks: Map<string, Uint8Array> }> {
  const source = await startNode()
  const { cid } = await source.client.add(content, { cidVersion: 1, rawLeaves: true })
  const root = CID.parse(cid.toString())
  const blocks = new Map<string, Uint8Array>()
  for (const next of [root]) {
    const bytes = await source.client.block.get(next)
    blocks.set(keyOf(next.multihash.bytes), bytes)
    for (const link of linksOf(next, bytes)) {
      blocks.set(keyOf(link.cid.multihash.bytes), await source.client.block.get(link.cid))
    }
  }
  return { root, blocks }
}

/** A raw block and its CID. */
export function rawBlock(text: string): { cid: CID; bytes: Uint8Array } {
  const bytes = Buffer.from(text)
  return { cid: CID.createV1(0x55, digest(bytes, 0x12)), bytes }
}
