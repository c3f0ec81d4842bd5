import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPeer } from '@ipfs-cluster/core/cluster'
import type { PeerInit } from '@ipfs-cluster/core/cluster'
import { nullLogger } from '@ipfs-cluster/core/util'
import { ipfsNode } from '@ipfs-cluster/ipfs-node'
import { ipfsProxy, pinsvcApi, restApi } from '../../src/index.ts'
import { targetOf } from '../raw-client.ts'
import type { Target } from '../raw-client.ts'

/** A whole peer with its IPFS node, both in this process, and the HTTP APIs over it. */
export interface OnePeer extends AsyncDisposable {
  /** The REST API. */
  target: Target
  pinsvc: Target
  /** The IPFS proxy, and the RPC of the node behind it. */
  proxy: Target
  node: Target
  ipfsPeerId: string
  /** Gives the IPFS node files that are not pinned, by paths; null: an empty folder. @returns the CID of the root */
  give(files: Readonly<Record<string, string | null>>): Promise<string>
}

export async function onePeer(peerId: string, change: Partial<PeerInit> = {}): Promise<OnePeer> {
  const folder = await mkdtemp(join(tmpdir(), 'ipfs-cluster-replay-'))
  const node = await ipfsNode({
    repo: join(folder, 'ipfs'),
    profile: 'loopback',
    swarm: ['/ip4/127.0.0.1/tcp/0'],
    api: '/ip4/127.0.0.1/tcp/0',
    gateway: ''
  })
  const peer = createPeer({
    peerId,
    cluster: { peername: 'peer0', disableRepinning: true },
    datastore: { location: join(folder, 'leveldb') },
    ipfsHttp: { nodeMultiaddress: node.apiMultiaddr, pinTimeout: 2000 },
    informers: { disk: {}, tags: { tags: { group: 'default' } }, pinqueue: {} },
    logger: nullLogger,
    ...change
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
    nodeMultiaddress: change.parts?.ipfs === undefined ? node.apiMultiaddr : '/ip4/127.0.0.1/tcp/1'
  })(components)
  for (const surface of [rest, pinsvc, proxy]) await surface.start()
  return {
    target: targetOf(rest.addresses[0]!),
    pinsvc: targetOf(pinsvc.addresses[0]!),
    proxy: targetOf(proxy.addresses[0]!),
    node: targetOf(node.apiMultiaddr),
    ipfsPeerId: node.peerId,
    give: (files) => give(node.apiMultiaddr, files),
    async [Symbol.asyncDispose]() {
      for (const surface of [rest, pinsvc, proxy]) await surface.stop()
      await peer.stop()
      await node.stop()
      await rm(folder, { recursive: true, force: true })
    }
  }
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
