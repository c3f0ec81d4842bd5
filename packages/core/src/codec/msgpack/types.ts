import type {
  Alert,
  ConnectGraph,
  GlobalPinInfo,
  GlobalRepoGc,
  Id,
  IpfsId,
  IpfsRepoGc,
  IpfsRepoStat,
  Metric,
  Pin,
  PinDetail,
  PinInfo,
  PinInfoShort,
  PinOptions,
  RepoGc
} from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import {
  absentable,
  boolean,
  bytes,
  field,
  int,
  int64,
  list,
  nullable,
  optional,
  record,
  struct,
  text,
  uint,
  uint64
} from './codec.ts'
import type { MsgpackCodec, MsgpackFields } from './codec.ts'
import { cid, multiaddr, peerId, pinMode, pinType, time, trackerStatus } from './kinds.ts'

// The types that travel between peers, with the keys of Go's codec tags (spec: wire 2.4).

/** A CID where none is a value of its own. */
const cidOrNull: MsgpackCodec<CID | null> = nullable(cid)

const peers = nullable(list(peerId))
const addresses = nullable(list(multiaddr))
const metadata = nullable(record(text))

const pinOptionsFields: MsgpackFields<PinOptions> = {
  replicationFactorMin: optional('rn', int),
  replicationFactorMax: optional('rx', int),
  name: optional('n', text),
  mode: optional('o', pinMode),
  shardSize: optional('s', uint),
  userAllocations: optional('ua', peers),
  expireAt: optional('e', time),
  metadata: optional('m', metadata),
  pinUpdate: optional('pu', cidOrNull),
  origins: optional('g', addresses)
}

/** Members of {@link pinMsgpack}, for a log entry that must name every one of them. */
export const pinMsgpackFields: MsgpackFields<Pin> = {
  ...pinOptionsFields,
  cid: field('c', cid),
  type: optional('t', pinType),
  allocations: optional('a', peers),
  maxDepth: optional('d', int),
  reference: optional('r', cidOrNull),
  timestamp: optional('i', time)
}

export const pinOptionsMsgpack: MsgpackCodec<PinOptions> = struct<PinOptions>(pinOptionsFields)

export const pinMsgpack: MsgpackCodec<Pin> = struct<Pin>(pinMsgpackFields)

/** A path to be resolved and pinned. */
export interface PinPath extends PinOptions {
  path: string
}

export const pinPathMsgpack: MsgpackCodec<PinPath> = struct<PinPath>({ ...pinOptionsFields, path: field('path', text) })

/** Unknown to the Go release, which skips it. */
const pinDetailMsgpack: MsgpackCodec<PinDetail> = struct<PinDetail>({
  reason: optional('r', text),
  queuePlace: optional('q', int),
  queueLength: optional('l', int),
  blocks: optional('b', int),
  lastProgress: optional('p', time),
  lastError: optional('e', text),
  nextTry: optional('n', time)
})

const pinInfoShortFields: MsgpackFields<PinInfoShort> = {
  peername: optional('pn', text),
  ipfsPeerId: optional('i', peerId),
  ipfsPeerAddresses: optional('ia', list(multiaddr)),
  status: optional('st', trackerStatus),
  timestamp: optional('ts', time),
  error: optional('e', text),
  attemptCount: optional('a', int),
  priorityPin: optional('y', boolean),
  detail: optional('x', absentable(pinDetailMsgpack))
}

export const pinInfoShortMsgpack: MsgpackCodec<PinInfoShort> = struct<PinInfoShort>(pinInfoShortFields)

export const pinInfoMsgpack: MsgpackCodec<PinInfo> = struct<PinInfo>({
  cid: field('c', cid),
  name: optional('m', text),
  peer: optional('p', peerId),
  allocations: optional('o', peers),
  origins: optional('g', addresses),
  created: optional('t', time),
  metadata: optional('md', metadata),
  ...pinInfoShortFields
})

export const globalPinInfoMsgpack: MsgpackCodec<GlobalPinInfo> = struct<GlobalPinInfo>({
  cid: field('c', cid),
  name: field('n', text),
  allocations: optional('a', peers),
  origins: optional('g', addresses),
  created: optional('t', time),
  metadata: optional('m', metadata),
  peerMap: optional('pm', record(pinInfoShortMsgpack))
})

export const ipfsIdMsgpack: MsgpackCodec<IpfsId> = struct<IpfsId>({
  id: optional('i', peerId),
  addresses: optional('a', addresses),
  error: optional('e', text)
})

export const idMsgpack: MsgpackCodec<Id> = struct<Id>({
  id: optional('i', peerId),
  addresses: optional('a', addresses),
  clusterPeers: optional('cp', peers),
  clusterPeersAddresses: optional('cpa', addresses),
  version: optional('v', text),
  commit: optional('c', text),
  rpcProtocolVersion: optional('rv', text),
  error: optional('e', text),
  ipfs: optional('ip', ipfsIdMsgpack),
  peername: optional('pn', text)
})

const metricFields: MsgpackFields<Metric> = {
  name: optional('n', text),
  peer: optional('p', peerId),
  value: optional('v', text),
  expire: optional('e', int64),
  valid: optional('d', boolean),
  weight: optional('w', int64),
  partitionable: optional('o', boolean),
  receivedAt: optional('t', int64)
}

export const metricMsgpack: MsgpackCodec<Metric> = struct<Metric>(metricFields)

export const alertMsgpack: MsgpackCodec<Alert> = struct<Alert>({ ...metricFields, triggeredAt: optional('r', time) })

export const connectGraphMsgpack: MsgpackCodec<ConnectGraph> = struct<ConnectGraph>({
  clusterId: field('id', peerId),
  idToPeername: optional('ip', record(text)),
  ipfsLinks: optional('il', record(list(peerId))),
  clusterLinks: optional('cl', record(list(peerId))),
  clusterTrustLinks: optional('ctl', record(boolean)),
  clusterToIpfs: optional('ci', record(peerId))
})

/** A block on its way to another peer. */
export interface BlockMessage {
  data: Uint8Array
  cid: CID
  /** Size of the DAG under the block in bytes, 0 when not known. */
  cumulativeSize: number
  /** What is below is to be pinned, see `putBlocks` of the IPFS connector. Peers of the Go release pass over it. */
  pin?: boolean
}

export const blockMsgpack: MsgpackCodec<BlockMessage> = struct<BlockMessage>({
  data: optional('d', bytes),
  cid: optional('c', cid),
  cumulativeSize: optional('s', uint),
  pin: optional('tsp', boolean)
})

/** The maximum is always written: its tag in the Go release has a stray blank before `omitempty`. */
export const ipfsRepoStatMsgpack: MsgpackCodec<IpfsRepoStat> = struct<IpfsRepoStat>({
  repoSize: optional('r', uint64),
  storageMax: field('s', uint64)
})

const ipfsRepoGcMsgpack: MsgpackCodec<IpfsRepoGc> = struct<IpfsRepoGc>({
  key: optional('k', cidOrNull),
  error: optional('e', text)
})

export const repoGcMsgpack: MsgpackCodec<RepoGc> = struct<RepoGc>({
  peer: optional('p', peerId),
  peername: optional('pn', text),
  keys: field('k', list(ipfsRepoGcMsgpack)),
  error: optional('e', text)
})

export const globalRepoGcMsgpack: MsgpackCodec<GlobalRepoGc> = struct<GlobalRepoGc>({
  peerMap: optional('pm', record(repoGcMsgpack))
})

/** The answer of Cluster.Version. */
export const versionMsgpack: MsgpackCodec<{ version: string }> = struct<{ version: string }>({
  version: field('v', text)
})
