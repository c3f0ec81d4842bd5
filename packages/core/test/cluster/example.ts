import { defaultPinOptions, parseCid } from '@ipfs-cluster/api'
import { createPeer } from '@ipfs-cluster/core'

// Pins a CID with a cluster of this one peer, and says how far its IPFS node is.
export async function pinOnce(location: string, nodeMultiaddress: string, cid: string): Promise<string | undefined> {
  const peerId = '12D3KooWMAWNNLgRRsWu5Ah4hd6ecnoWGg78kCGpHaY7UAAJiLrF'
  const peer = createPeer({
    peerId,
    cluster: { peername: 'example' },
    datastore: { location },
    ipfsHttp: { nodeMultiaddress }
  })
  await peer.start()
  try {
    await peer.cluster.pin(parseCid(cid), defaultPinOptions())
    const { peerMap } = await peer.cluster.status(parseCid(cid))
    return peerMap[peerId]?.status
  } finally {
    await peer.stop()
  }
}
