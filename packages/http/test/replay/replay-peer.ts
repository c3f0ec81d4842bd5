import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Multiaddr } from '@ipfs-cluster/api'
import { createPeer } from '@ipfs-cluster/core/cluster'
import type { PeerInit } from '@ipfs-cluster/core/cluster'
import { nullLogger } from '@ipfs-cluster/core/util'
import { ipfsNode } from '@ipfs-cluster/ipfs-node'
import { ipfsProxy, pinsvcApi, restApi } from '../../src/index.ts'
import { targetOf } from '../raw-client.ts'
import type { Target } from '../raw-client.ts'

/** An IPFS node that a peer may have. */
export interface ReplayNode {
  readonly peerId: string
  /** Where its RPC listens. */
  readonly apiMultiaddr: Multiaddr
  stop(): Promise<void>
}

/** A whole peer with its IPFS node, both in this process, and the HTTP APIs over it. */
export interface ReplayPeer extends AsyncDisposable {
  id: string
  /** The REST API. */
  target: Target
  pinsvc: Target
  /** The IPFS proxy, and the RPC of the node behind it. */
  proxy: Target
  node: Target
  ipfsPeerId: string
  /** Where other peers reach it. */
  addresses(): Promise<readonly Multiaddr[]>
  /** Gives the IPFS node files that are not pinned, by paths; null: an empty folder. @returns the CID of the root */
  give(files: Readonly<Record<string, string | null>>): Promise<string>
  /** Connects the IPFS node to that of another peer. */
  connectNode(other: Pick<ReplayPeer, 'node'>): Promise<void>
  stopNode(): Promise<void>
  /** Ends the peer and its APIs, and leaves the node. */
  stop(): Promise<void>
}

/** What sets a peer apart from that of most transcripts. */
export interface ReplayPeerInit extends Partial<PeerInit> {
  readonly peerId: string
  /** Makes its IPFS node; absent: the embedded one. */
  readonly makeNode?: (() => Promise<ReplayNode>) | undefined
}

export async function replayPeer({ makeNode, ...init }: ReplayPeerInit): Promise<ReplayPeer> {
  const folder = await mkdtemp(join(tmpdir(), 'ipfs-cluster-replay-'))
  const node = await (makeNode ?? ((): Promise<ReplayNode> => embeddedNode(join(folder, 'ipfs'))))()
  const peer = createPeer({
    cluster: { peername: 'peer0', disableRepinning: true },
    datastore: { location: join(folder, 'leveldb') },
    ipfsHttp: { nodeMultiaddress: node.apiMultiaddr, pinTimeout: 2000 },
    informers: { disk: {}, tags: { tags: { group: 'default' } }, pinqueue: {} },
    logger: nullLogger,
    ...init
  })
  await peer.start()
  await peer.cluster.ready()
  const settings = {
    httpListenMultiaddress: ['/ip4/127.0.0.1/tcp/0'],
    corsAllowedOrigins: ['*'],
    corsAllowedMethods: ['GET'],
    corsAllowCredentials: true
  }
  const components = { cluster: peer.cluster, logger: nullLogger }
  const rest = restApi(settings)(components)
  const pinsvc = pinsvcApi(settings)(components)
  const proxy = ipfsProxy({
    listenMultiaddress: settings.httpListenMultiaddress,
    // What stands for the node in some transcripts has no headers to take over.
    nodeMultiaddress: init.parts?.ipfs === undefined ? node.apiMultiaddr : '/ip4/127.0.0.1/tcp/1'
  })(components)
  const surfaces = [rest, pinsvc, proxy]
  for (const surface of surfaces) await surface.start()
  const stopNode = once(() => node.stop())
  const stop = once(async () => {
    for (const surface of surfaces) await surface.stop()
    await peer.stop()
  })
  return {
    id: init.peerId,
    target: targetOf(rest.addresses[0]!),
    pinsvc: targetOf(pinsvc.addresses[0]!),
    proxy: targetOf(proxy.addresses[0]!),
    node: targetOf(node.apiMultiaddr),
    ipfsPeerId: node.peerId,
    addresses: async () => (await peer.cluster.id()).addresses ?? [],
    give: (files) => give(node.apiMultiaddr, files),
    connectNode: (other) => connectNodes(targetOf(node.apiMultiaddr), other.node),
    stopNode,
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      await stopNode()
      await rm(folder, { recursive: true, force: true })
    }
  }
}

async function connectNodes(node: Target, other: Target): Promise<void> {
  const { Addresses: addresses } = (await command(other, 'id')) as { Addresses: string[] }
  await command(node, `swarm/connect?arg=${encodeURIComponent(addresses[0] ?? '')}`)
}

async function command({ host, port }: Target, words: string): Promise<unknown> {
  const answer = await fetch(`http://${host}:${port}/api/v0/${words}`, { method: 'POST' })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${words}: ${text}`)
  return JSON.parse(text)
}

async function embeddedNode(repo: string): Promise<ReplayNode> {
  return ipfsNode({
    repo,
    profile: 'loopback',
    swarm: ['/ip4/127.0.0.1/tcp/0'],
    api: '/ip4/127.0.0.1/tcp/0',
    gateway: ''
  })
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= work())
}

async function give(api: string, files: Readonly<Record<string, string | null>>): Promise<string> {
  const { host, port } = targetOf(api)
  const form = new FormData()
  for (const [path, content] of Object.entries(files)) {
    const type = content === null ? 'application/x-directory' : 'application/octet-stream'
    form.append('file', new Blob([content ?? ''], { type }), encodeURIComponent(path))
  }
  const answer = await fetch(`http://${host}:${port}/api/v0/add?pin=false&cid-version=0`, {
    method: 'POST',
    body: form
  })
  const text = await answer.text()
  const last = text.trim().split('\n').at(-1) ?? ''
  return (JSON.parse(last) as { Hash: string }).Hash
}
