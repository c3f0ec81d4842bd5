/** A JSON Schema of the dialect that OpenAPI 3.1 uses. */
export type Schema = Readonly<Record<string, unknown>>

const text = { type: 'string' }
const integer = { type: 'integer' }
const number = { type: 'number' }
const boolean = { type: 'boolean' }
const time = { type: 'string', format: 'date-time' }
const cid = { type: 'string', examples: ['bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi'] }
const peerId = { type: 'string', examples: ['12D3KooWMAWNNLgRRsWu5Ah4hd6ecnoWGg78kCGpHaY7UAAJiLrF'] }
const texts = list(text)
const status = {
  enum: [
    ...['undefined', 'cluster_error', 'pin_error', 'unpin_error', 'pinned', 'pinning', 'unpinning', 'unpinned'],
    ...['remote', 'pin_queued', 'unpin_queued', 'sharded', 'unexpectedly_unpinned']
  ]
}

/** Members that an answer always has, and those that it may have. */
function object(required: Readonly<Record<string, Schema>>, optional: Readonly<Record<string, Schema>> = {}): Schema {
  return {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false
  }
}

function list(items: Schema): Schema {
  return { type: 'array', items }
}

function map(values: Schema): Schema {
  return { type: 'object', additionalProperties: values }
}

function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] }
}

function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` }
}

const pinOptions = {
  replication_factor_min: integer,
  replication_factor_max: integer,
  name: text,
  mode: { enum: ['recursive', 'direct'] },
  shard_size: integer,
  user_allocations: orNull(list(peerId)),
  expire_at: time,
  metadata: orNull(map(text)),
  pin_update: orNull(cid),
  origins: orNull(texts)
}

const metric = {
  name: text,
  peer: peerId,
  value: text,
  expire: { ...integer, description: 'Unix nanoseconds' },
  valid: boolean,
  weight: integer,
  partitionable: boolean,
  received_at: { ...integer, description: 'Unix nanoseconds' }
}

const pinInfo = { peername: text, status, timestamp: time, error: text, attempt_count: integer, priority_pin: boolean }
const pinInfoOfNode = { ipfs_peer_id: peerId, ipfs_peer_addresses: texts }

const globalPinInfo = {
  cid,
  name: text,
  allocations: orNull(list(peerId)),
  origins: orNull(texts),
  created: time,
  metadata: orNull(map(text)),
  peer_map: map(ref('PinInfo'))
}

const failure = object({ code: integer, message: text })

const byPeer = { ...map(number), description: 'Bytes by peer' }

/** The documents of the REST API, by the names that the routes use. */
export const SCHEMAS: Readonly<Record<string, Schema>> = {
  string: text,
  Error: failure,
  OpenApi: { type: 'object' },
  Version: object({ version: text }),
  Token: object({ token: text }),
  ID: object({
    ...{ id: peerId, addresses: orNull(texts), cluster_peers: orNull(list(peerId)) },
    ...{ cluster_peers_addresses: orNull(texts), version: text, commit: text, rpc_protocol_version: text },
    ...{ error: text, ipfs: ref('IPFSID'), peername: text }
  }),
  IPFSID: object({ addresses: orNull(texts), error: text }, { id: peerId }),
  PeerRequest: object({ peer_id: peerId }),
  Pin: object({
    ...pinOptions,
    ...{ cid, type: { enum: ['bad-type', 'pin', 'meta-pin', 'clusterdag-pin', 'shard-pin'] } },
    ...{ allocations: orNull(list(peerId)), max_depth: integer, reference: orNull(cid), timestamp: time }
  }),
  BatchPin: { type: 'object', properties: { cid, ...pinOptions }, required: ['cid'] },
  BatchResult: {
    ...object({ line: { ...integer, minimum: 1 } }, { pin: ref('Pin'), error: ref('Error') }),
    oneOf: [{ required: ['pin'] }, { required: ['error'] }]
  },
  GlobalPinInfo: object(globalPinInfo),
  ExplainedPinInfo: object(
    { ...globalPinInfo, peer_map: map(ref('ExplainedPeerPinInfo')) },
    { allocation: ref('Allocation') }
  ),
  PinInfo: object(pinInfo, pinInfoOfNode),
  ExplainedPeerPinInfo: object(pinInfo, { ...pinInfoOfNode, detail: ref('PinDetail') }),
  PinDetail: object(
    { reason: text },
    {
      ...{ queue_place: integer, queue_length: integer, blocks: integer },
      ...{ last_progress: time, last_error: text, next_try: time }
    }
  ),
  Allocation: object(
    {
      outcome: { enum: ['kept', 'reduced', 'extended', 'short'] },
      allocations: list(peerId),
      allocate_by: texts,
      peers: list(ref('PeerVerdict'))
    },
    { error: text }
  ),
  PeerVerdict: object(
    { peer: peerId, chosen: boolean, reason: text, values: map(text), text },
    { rank: integer, of: integer, metric: text }
  ),
  AddedOutput: object({ name: text, cid: orNull(cid) }, { bytes: integer, size: integer, allocations: list(peerId) }),
  GlobalRepoGC: object({ peer_map: map(ref('RepoGC')) }),
  RepoGC: object(
    { peer: peerId, peername: text, keys: orNull(list(object({ key: cid }, { error: text }))) },
    { error: text }
  ),
  ConnectGraph: object({
    ...{ cluster_id: peerId, id_to_peername: map(text), ipfs_links: map(list(peerId)) },
    ...{ cluster_links: map(list(peerId)), cluster_trust_links: map(boolean), cluster_to_ipfs: map(peerId) }
  }),
  Metric: object(metric),
  Alert: object({ ...metric, triggered_at: time }),
  Bandwidth: object({ total_in: integer, total_out: integer, rate_in: number, rate_out: number }),
  PeerMark: object(
    { peer: peerId, kind: { enum: ['maintenance', 'drain'] }, at: time },
    { until: time, to_minimum: boolean }
  ),
  DrainProgress: object({ peer: peerId, left: integer, moving: integer, everywhere: integer }),
  RepairProgress: object({
    ...{ gone: list(peerId), placed: integer, trimmed: integer },
    ...{ waiting: integer, failed: integer, reasons: texts }
  }),
  RebalancePlan: {
    type: 'object',
    properties: {
      moves: list(object({ cid, from: peerId, to: peerId })),
      ...{ before: byPeer, after: byPeer, is_complete: boolean }
    },
    required: ['moves']
  },
  RebalanceProgress: object({
    ...{ state: { enum: ['idle', 'running', 'stopping'] }, total: integer, done: integer },
    ...{ moving: integer, failed: integer, reasons: texts }
  }),
  SyncProgress: object({
    ...{ state: { enum: ['complete', 'syncing', 'repairing'] }, height: integer, reached: integer },
    ...{ highest_height: integer, merged: integer, missing: integer, rate: number }
  }),
  PinCounts: object({ peer: peerId, statuses: map(integer), compared_at: time }),
  Event: {
    oneOf: [
      { ...ref('Pin'), description: 'pin:put' },
      { ...object({ cid }), description: 'pin:delete' },
      { ...object({ cid, status, error: text, attempt_count: integer }), description: 'pin:status' },
      { ...object({ peer: peerId, peername: text }), description: 'peer:joined, peer:left' },
      { ...ref('Alert'), description: 'alert' },
      { ...object({ reason: text }), description: 'reset' }
    ]
  }
}
