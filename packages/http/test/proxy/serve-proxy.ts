import { nullLogger } from '@ipfs-cluster/core/util'
import { ipfsProxy } from '../../src/index.ts'
import type { IpfsProxyInit } from '../../src/index.ts'
import { FakeCluster } from '../fake-cluster.ts'
import { send, targetOf } from '../raw-client.ts'
import type { RawAnswer, RawRequest, Target } from '../raw-client.ts'
import { FakeNode } from './fake-node.ts'

export interface ServedProxy extends AsyncDisposable {
  cluster: FakeCluster
  node: FakeNode
  target: Target
  /** Asks for a path below `/api/v0/`, by POST. */
  ask(path: string, request?: RawRequest): Promise<RawAnswer>
}

/** A proxy over a fake cluster and a fake node. */
export async function serveProxy(init: Partial<IpfsProxyInit> = {}, given?: FakeNode): Promise<ServedProxy> {
  const node = given ?? (await FakeNode.start())
  const cluster = new FakeCluster()
  const proxy = ipfsProxy({
    listenMultiaddress: ['/ip4/127.0.0.1/tcp/0'],
    nodeMultiaddress: node.multiaddr,
    stopGrace: 100,
    ...init
  })({ cluster, logger: nullLogger })
  await proxy.start()
  const target = targetOf(proxy.addresses[0]!)
  return {
    cluster,
    node,
    target,
    ask: (path, request = {}) => send(target, { method: 'POST', path: `/api/v0/${path}`, ...request }),
    async [Symbol.asyncDispose]() {
      await proxy.stop()
      await node[Symbol.asyncDispose]()
    }
  }
}

/** The value of a header, by its name in lower case. */
export function header(answer: RawAnswer, name: string): string | undefined {
  return answer.headers.find(([key]) => key.toLowerCase() === name)?.[1]
}

/** Host and port of a node as they show in messages. */
export function hostAndPort({ multiaddr }: FakeNode): string {
  const { host, port } = targetOf(multiaddr)
  return `${host}:${port}`
}
