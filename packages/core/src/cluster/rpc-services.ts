import type { PinInfo, StatusFilter } from '@ipfs-cluster/api'
import type { msgpack } from '../codec/index.ts'
import type { Consensus } from '../consensus/interface.ts'
import type { Block, IpfsConnector } from '../ipfs/interface.ts'
import type { PinTracker } from '../pintracker/interface.ts'
import type { RpcContext, ServedService } from '../rpc/index.ts'
import { serve, SERVICES } from '../rpc/index.ts'
import type { Cluster } from './interface.ts'
import { EXTENSIONS, messagesOf } from './listing-messages.ts'

/** What answers the calls of other peers. */
export interface RpcServicesComponents {
  cluster: Pick<
    Cluster,
    'id' | 'version' | 'peers' | 'peerAdd' | 'peerRemove' | 'recoverLocal' | 'recoverAllLocal' | 'repoGcLocal'
  >
  tracker: Pick<PinTracker, 'status' | 'statusAll' | 'list' | 'recover'>
  ipfs: Pick<IpfsConnector, 'repoStat' | 'swarmPeers'>
  /** The way of added blocks into the IPFS node. */
  added: Pick<IpfsConnector, 'putBlocks'>
  consensus: Pick<Consensus, 'addPeer' | 'removePeer' | 'logPin' | 'logUnpin'>
}

/** The filter of a caller that sends none. */
const ALL_STATUSES: StatusFilter = 0

/** Every service of a peer. What other peers may not call has no handler: it is listed, and so refused. */
export function rpcServices(components: RpcServicesComponents): ServedService[] {
  return [
    clusterService(components),
    trackerService(components),
    ipfsService(components),
    consensusService(components),
    serve(SERVICES.PeerMonitor, {})
  ]
}

/** What only peers of ours ask for. */
export function extensionServices({ tracker }: Pick<RpcServicesComponents, 'tracker'>): ServedService[] {
  return [
    serve(EXTENSIONS.PinTracker, {
      async *List(filters, { signal }) {
        yield* messagesOf(tracker.list((await first(filters)) ?? ALL_STATUSES, { signal }))
      }
    })
  ]
}

function clusterService({ cluster }: RpcServicesComponents): ServedService {
  return serve(SERVICES.Cluster, {
    ID: (_, { signal }) => cluster.id({ signal }),
    async *IDStream(_, { signal }) {
      yield await cluster.id({ signal })
    },
    PeerAdd: (peer, { signal }) => cluster.peerAdd(peer, { signal }),
    PeerRemove: (peer, { signal }) => nothing(cluster.peerRemove(peer, { signal })),
    Peers: (_, { signal }) => cluster.peers({ signal }),
    RecoverAllLocal: (_, { signal }) => cluster.recoverAllLocal({ signal }),
    RecoverLocal: (cid, { signal }) => cluster.recoverLocal(cid, { signal }),
    RepoGCLocal: (_, { signal }) => cluster.repoGcLocal({ signal }),
    Version: () => ({ version: cluster.version() })
  })
}

function trackerService({ tracker }: RpcServicesComponents): ServedService {
  async function* statusAll(
    filters: AsyncIterable<StatusFilter>,
    { signal }: RpcContext
  ): AsyncGenerator<PinInfo, void, undefined> {
    yield* tracker.statusAll((await first(filters)) ?? ALL_STATUSES, { signal })
  }
  return serve(SERVICES.PinTracker, {
    Recover: (cid, { signal }) => tracker.recover(cid, { signal }),
    Status: (cid, { signal }) => tracker.status(cid, { signal }),
    StatusAll: statusAll
  })
}

function ipfsService({ ipfs, added }: RpcServicesComponents): ServedService {
  async function* blockStream(
    messages: AsyncIterable<msgpack.BlockMessage>,
    { signal }: RpcContext
  ): AsyncGenerator<Record<never, never>, void, undefined> {
    await added.putBlocks(blocksOf(messages), { signal })
    // No reply stands for a block: the end of the stream says that all of them are stored.
    yield* []
  }
  return serve(SERVICES.IPFSConnector, {
    BlockStream: blockStream,
    RepoStat: (_, { signal }) => ipfs.repoStat({ signal }),
    SwarmPeers: (_, { signal }) => ipfs.swarmPeers({ signal })
  })
}

function consensusService({ consensus }: RpcServicesComponents): ServedService {
  return serve(SERVICES.Consensus, {
    AddPeer: (peer, { signal }) => nothing(consensus.addPeer(peer, { signal })),
    LogPin: (pin, { signal }) => nothing(consensus.logPin(pin, { signal })),
    LogUnpin: (pin, { signal }) => nothing(consensus.logUnpin(pin, { signal })),
    RmPeer: (peer, { signal }) => nothing(consensus.removePeer(peer, { signal }))
  })
}

async function* blocksOf(messages: AsyncIterable<msgpack.BlockMessage>): AsyncGenerator<Block, void, undefined> {
  for await (const { cid, data, pin = false } of messages) yield { cid, data, pin }
}

async function first<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of items) return item
  return undefined
}

/** The empty reply of a method that only does something. */
async function nothing(done: Promise<void>): Promise<Record<never, never>> {
  await done
  return {}
}
