import { msgpack } from '../codec/index.ts'
import { defineService, streaming, unary } from './service.ts'
import {
  anyMsgpack,
  bandwidthsMsgpack,
  ipfsPinMsgpack,
  ipfsPinStatusMsgpack,
  peerIdsMsgpack,
  textsMsgpack
} from './types.ts'

const { bytes, cid, empty, int, int64, list, multiaddr, nullable, peerId, text } = msgpack
const { alertMsgpack, blockMsgpack, connectGraphMsgpack, globalPinInfoMsgpack, globalRepoGcMsgpack } = msgpack
const { idMsgpack, ipfsIdMsgpack, ipfsRepoStatMsgpack, metricMsgpack, pinInfoMsgpack, pinMsgpack } = msgpack
const { pinPathMsgpack, repoGcMsgpack, versionMsgpack } = msgpack

/** A sum of bits, 0 for every status: several statuses, where `trackerStatus` is one. */
const statusFilter = int

/**
 * Every method that peers of the Go release v1.1.6 know, with its policy (spec: wire 2.5). A method that is closed is
 * never sent; it is here because a peer that asks for it must hear that it may not, and not that there is no such thing.
 */
export const SERVICES = {
  Cluster: defineService('Cluster', {
    Alerts: unary(empty, nullable(list(alertMsgpack)), 'closed'),
    BandwidthByProtocol: unary(empty, bandwidthsMsgpack, 'closed'),
    BlockAllocate: unary(pinMsgpack, peerIdsMsgpack, 'closed'),
    ConnectGraph: unary(empty, connectGraphMsgpack, 'closed'),
    ID: unary(empty, idMsgpack, 'open'),
    IDStream: streaming(empty, idMsgpack, 'open'),
    IPFSID: unary(peerId, ipfsIdMsgpack, 'closed'),
    Join: unary(multiaddr, empty, 'closed'),
    PeerAdd: unary(peerId, idMsgpack, 'open'),
    PeerRemove: unary(peerId, empty, 'trusted'),
    Peers: streaming(empty, idMsgpack, 'trusted'),
    PeersWithFilter: streaming(peerIdsMsgpack, idMsgpack, 'closed'),
    Pin: unary(pinMsgpack, pinMsgpack, 'closed'),
    PinGet: unary(cid, pinMsgpack, 'closed'),
    PinPath: unary(pinPathMsgpack, pinMsgpack, 'closed'),
    Pins: streaming(empty, pinMsgpack, 'closed'),
    Recover: unary(cid, globalPinInfoMsgpack, 'closed'),
    RecoverAll: streaming(empty, globalPinInfoMsgpack, 'closed'),
    RecoverAllLocal: streaming(empty, pinInfoMsgpack, 'trusted'),
    RecoverLocal: unary(cid, pinInfoMsgpack, 'trusted'),
    RepoGC: unary(empty, globalRepoGcMsgpack, 'closed'),
    RepoGCLocal: unary(empty, repoGcMsgpack, 'trusted'),
    SendInformerMetrics: unary(empty, empty, 'closed'),
    SendInformersMetrics: unary(empty, empty, 'closed'),
    Status: unary(cid, globalPinInfoMsgpack, 'closed'),
    StatusAll: streaming(statusFilter, globalPinInfoMsgpack, 'closed'),
    StatusAllLocal: streaming(statusFilter, pinInfoMsgpack, 'closed'),
    StatusLocal: unary(cid, pinInfoMsgpack, 'closed'),
    Unpin: unary(pinMsgpack, pinMsgpack, 'closed'),
    UnpinPath: unary(pinPathMsgpack, pinMsgpack, 'closed'),
    Version: unary(empty, versionMsgpack, 'open')
  }),
  PinTracker: defineService('PinTracker', {
    PinQueueSize: unary(empty, int64, 'closed'),
    Recover: unary(cid, pinInfoMsgpack, 'trusted'),
    RecoverAll: streaming(empty, pinInfoMsgpack, 'closed'),
    Status: unary(cid, pinInfoMsgpack, 'trusted'),
    StatusAll: streaming(statusFilter, pinInfoMsgpack, 'trusted'),
    Track: unary(pinMsgpack, empty, 'closed'),
    Untrack: unary(pinMsgpack, empty, 'closed')
  }),
  IPFSConnector: defineService('IPFSConnector', {
    BlockGet: unary(cid, bytes, 'closed'),
    BlockStream: streaming(blockMsgpack, empty, 'trusted'),
    ConfigKey: unary(text, anyMsgpack, 'closed'),
    Pin: unary(pinMsgpack, empty, 'closed'),
    PinLs: streaming(textsMsgpack, ipfsPinMsgpack, 'closed'),
    PinLsCid: unary(pinMsgpack, ipfsPinStatusMsgpack, 'closed'),
    RepoStat: unary(empty, ipfsRepoStatMsgpack, 'trusted'),
    Resolve: unary(text, cid, 'closed'),
    SwarmPeers: unary(empty, peerIdsMsgpack, 'trusted'),
    Unpin: unary(pinMsgpack, empty, 'closed')
  }),
  Consensus: defineService('Consensus', {
    AddPeer: unary(peerId, empty, 'trusted'),
    LogPin: unary(pinMsgpack, empty, 'trusted'),
    LogUnpin: unary(pinMsgpack, empty, 'trusted'),
    Peers: unary(empty, peerIdsMsgpack, 'closed'),
    RmPeer: unary(peerId, empty, 'trusted')
  }),
  PeerMonitor: defineService('PeerMonitor', {
    LatestMetrics: unary(text, nullable(list(metricMsgpack)), 'closed'),
    MetricNames: unary(empty, textsMsgpack, 'closed')
  })
} as const
