import type { Id, Multiaddr, PeerId } from '@ipfs-cluster/api'
import type { Network } from '../network/index.ts'
import type { RpcClient } from '../rpc/index.ts'
import { SERVICES } from '../rpc/index.ts'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import type { AbortOptions } from '../util/startable.ts'

/** What joining needs of the rest of a peer. */
export interface JoinComponents {
  log: Logger
  peerId: PeerId
  network: Pick<Network, 'connect'>
  rpc: RpcClient
  /** The peer that was joined is a member before its first ping, and is to hear ours at once. */
  onJoined: (peer: PeerId) => void
}

/**
 * Joins the cluster of another peer: connects, tells it of this peer, and connects to the members that it knows of. The
 * peer need not be there: what fails is said in a line, and the peer goes on.
 */
export async function joinCluster(
  components: JoinComponents,
  address: Multiaddr,
  options: AbortOptions = {}
): Promise<void> {
  const { log, peerId, network, rpc, onJoined } = components
  try {
    const peer = await network.connect(address, options)
    if (peer === peerId) return
    await rpc.call(peer, SERVICES.Cluster.PeerAdd, peerId, options)
    onJoined(peer)
    const id = await rpc.call(peer, SERVICES.Cluster.ID, {}, options)
    log.info(`joined the cluster of ${id.peername} (${peer})`)
    await connectToMembers(components, id, options)
  } catch (err) {
    options.signal?.throwIfAborted()
    log.error(`bootstrap to ${address} failed: ${messageOf(err)}`)
  }
}

/**
 * A peer that knows one member learns the others from it. What it knows of them may be old, so that one of them is not
 * there is no error.
 */
async function connectToMembers(
  { peerId, network, log }: JoinComponents,
  id: Id,
  options: AbortOptions
): Promise<void> {
  const addresses = (id.clusterPeersAddresses ?? []).filter((address) => !address.endsWith(`/p2p/${peerId}`))
  await Promise.all(
    addresses.map(async (address) => {
      try {
        await network.connect(address, options)
      } catch (err) {
        options.signal?.throwIfAborted()
        log.debug(`a member is not at ${address}: ${messageOf(err)}`)
      }
    })
  )
}
