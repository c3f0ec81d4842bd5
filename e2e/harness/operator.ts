import { createIdentity } from '@ipfs-cluster/core/config'
import { createPeer } from '@ipfs-cluster/core'
import type { ClusterRepair } from '@ipfs-cluster/core'
import type { TestCluster } from './cluster.ts'
import { startMockIpfs } from './mock-ipfs.ts'

/** A peer within the test that holds no pins, for what is asked of a peer by code alone. */
export interface Operator extends AsyncDisposable {
  readonly repair: ClusterRepair
}

/** Joins a cluster whose peers run. */
export async function startOperator(location: string, cluster: TestCluster): Promise<Operator> {
  await using made = new AsyncDisposableStack()
  const ipfs = await startMockIpfs()
  made.defer(async () => ipfs.stop())
  const { id: peerId, privateKey } = await createIdentity()
  const peer = createPeer({
    peerId,
    cluster: { peername: 'operator', monitorPingInterval: 1000 },
    datastore: { location },
    crdt: { trustedPeers: ['*'], rebroadcastInterval: 2000 },
    ipfsHttp: { nodeMultiaddress: `/ip4/127.0.0.1/tcp/${ipfs.port}`, connectSwarmsDelay: 0 },
    connections: {
      privateKey,
      secret: Buffer.from(cluster.secret, 'hex'),
      clusterName: 'ipfs-cluster',
      listenMultiaddress: ['/ip4/127.0.0.1/tcp/0'],
      mdnsInterval: 0,
      bootstrap: cluster.peers.filter(({ running }) => running).map(({ swarmAddress }) => swarmAddress)
    }
  })
  await peer.start()
  made.defer(async () => peer.stop())
  await peer.cluster.ready()
  const parts = made.move()
  return { repair: peer.cluster.repair, [Symbol.asyncDispose]: async () => parts.disposeAsync() }
}
