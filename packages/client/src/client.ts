import type {
  AddedOutput,
  AddParams,
  Alert,
  Bandwidth,
  ConnectGraph,
  GlobalPinInfo,
  GlobalRepoGc,
  Id,
  JsonValue,
  Metric,
  PeerId,
  Pin,
  PinOptions,
  PinType,
  StatusFilter,
  Version
} from '@ipfs-cluster/api'
import {
  addedOutputFromJSON,
  addParamsToQuery,
  alertFromJSON,
  bandwidthByProtocolFromJSON,
  cidToText,
  connectGraphFromJSON,
  defaultAddParams,
  defaultPinOptions,
  globalPinInfoFromJSON,
  globalRepoGcFromJSON,
  idFromJSON,
  metricFromJSON,
  pinFromJSON,
  pinOptionsToQuery,
  statusFilterNames,
  versionFromJSON
} from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import { encodeMultipart, newBoundary } from './multipart.ts'
import type { AddEntry } from './multipart.ts'
import { Requester } from './requester.ts'
import type { RequesterInit } from './requester.ts'
import type { Transport } from './transport/interface.ts'

/** What a client needs. */
export interface ClusterClientComponents {
  readonly transport: Transport
}

/** What a client may be told. */
export type ClusterClientInit = RequesterInit

/** Every call can be given up. */
export interface AbortOptions {
  readonly signal?: AbortSignal
}

/** Calls that ask all peers, or only the one that is contacted. */
export interface LocalOptions extends AbortOptions {
  /** Ask only the peer that is contacted. Default false. */
  readonly local?: boolean
}

/**
 * A peer's REST API. Every method throws ApiError when the peer answers with an error, and TransportError when no
 * usable answer comes. Streams are to be iterated once; leaving the loop ends the request.
 */
export class ClusterClient {
  readonly #transport: Transport
  readonly #requester: Requester

  constructor(components: ClusterClientComponents, init: ClusterClientInit = {}) {
    this.#transport = components.transport
    this.#requester = new Requester(components.transport, init)
  }

  /** Closes idle connections. */
  async close(): Promise<void> {
    await this.#transport.close()
  }

  /** Who the peer is and whom it sees. */
  async id(options: AbortOptions = {}): Promise<Id> {
    return this.#requester.document('GET', '/id', idFromJSON, options)
  }

  async version(options: AbortOptions = {}): Promise<Version> {
    return this.#requester.document('GET', '/version', versionFromJSON, options)
  }

  /** Resolves when the API answers. Needs no credentials. */
  async health(options: AbortOptions = {}): Promise<void> {
    await this.#requester.document('GET', '/health', ignore, options)
  }

  /** A token that stands for the credentials of this client. */
  async token(options: AbortOptions = {}): Promise<string> {
    return this.#requester.document('POST', '/token', tokenOf, options)
  }

  /** The members of the cluster; one that cannot be asked has only `id` and `error`. */
  peers(options: AbortOptions = {}): AsyncIterable<Id> {
    return this.#requester.stream('GET', '/peers', idFromJSON, options)
  }

  /** Makes a peer a member (raft), or asks for its ID (crdt). */
  async peerAdd(peer: PeerId, options: AbortOptions = {}): Promise<Id> {
    return this.#requester.document('POST', '/peers', idFromJSON, { ...options, content: { peer_id: peer } })
  }

  /** Removes a member, which then shuts itself down. A crdt cluster refuses. */
  async peerRemove(peer: PeerId, options: AbortOptions = {}): Promise<void> {
    await this.#requester.document('DELETE', `/peers/${encodeURIComponent(peer)}`, ignore, options)
  }

  /**
   * Adds content and pins it. Yields what is built as it is built, the root last. The entries are read while the answer
   * comes, no faster than the peer takes them.
   */
  add(
    entries: AsyncIterable<AddEntry> | Iterable<AddEntry>,
    params: Partial<AddParams> = {},
    options: AbortOptions = {}
  ): AsyncIterable<AddedOutput> {
    const boundary = newBoundary()
    const query = addParamsToQuery({ ...defaultAddParams(), ...params, streamChannels: true })
    return this.#requester.stream('POST', `/add?${query}`, addedOutputFromJSON, {
      ...options,
      body: { type: `multipart/form-data; boundary=${boundary}`, bytes: encodeMultipart(entries, boundary) }
    })
  }

  /** Pins a CID. The answer is the pin as it was made; that it is pinned is for {@link ClusterClient.status} to say. */
  async pin(cid: CID, pinOptions: Partial<PinOptions> = {}, options: AbortOptions = {}): Promise<Pin> {
    return this.pinPath(`/ipfs/${cidToText(cid)}`, pinOptions, options)
  }

  /** Pins what a path (`/ipfs/<cid>/<path>`, `/ipns/<name>`) leads to. The peer resolves it. */
  async pinPath(path: string, pinOptions: Partial<PinOptions> = {}, options: AbortOptions = {}): Promise<Pin> {
    const query = pinOptionsToQuery({ ...defaultPinOptions(), ...pinOptions })
    return this.#requester.document('POST', `/pins${escapePath(path)}?${query}`, pinFromJSON, options)
  }

  /** Removes a pin and gives it as it was. */
  async unpin(cid: CID, options: AbortOptions = {}): Promise<Pin> {
    return this.unpinPath(`/ipfs/${cidToText(cid)}`, options)
  }

  /** Removes the pin of what a path leads to, and gives it as it was. */
  async unpinPath(path: string, options: AbortOptions = {}): Promise<Pin> {
    return this.#requester.document('DELETE', `/pins${escapePath(path)}`, pinFromJSON, options)
  }

  /** The pinset, or the pins of some types. No types at all are sent as an empty filter, which a peer takes for all. */
  allocations(filter: readonly PinType[] = ['all'], options: AbortOptions = {}): AsyncIterable<Pin> {
    return this.#requester.stream(
      'GET',
      `/allocations?filter=${encodeURIComponent(filter.join(','))}`,
      pinFromJSON,
      options
    )
  }

  /** One pin. Throws ApiError with status 404 when it is not in the pinset. */
  async allocation(cid: CID, options: AbortOptions = {}): Promise<Pin> {
    return this.#requester.document('GET', `/allocations/${cidToText(cid)}`, pinFromJSON, options)
  }

  /** How a CID fares on the peers. One that is not in the pinset is `unpinned`. */
  async status(cid: CID, options: LocalOptions = {}): Promise<GlobalPinInfo> {
    const path = `/pins/${cidToText(cid)}?local=${options.local === true}`
    return this.#requester.document('GET', path, globalPinInfoFromJSON, options)
  }

  /** How some CIDs fare, in any order. */
  statusOf(cids: readonly CID[], options: LocalOptions = {}): AsyncIterable<GlobalPinInfo> {
    return this.#statusStream(0, cids, options)
  }

  /**
   * How the pinset fares.
   *
   * @param filter - only items that have one of these statuses on some peer, and of each only those peers; 0: all
   */
  statusAll(filter: StatusFilter = 0, options: LocalOptions = {}): AsyncIterable<GlobalPinInfo> {
    return this.#statusStream(filter, [], options)
  }

  /** Tries again to pin or unpin a CID where that failed. */
  async recover(cid: CID, options: LocalOptions = {}): Promise<GlobalPinInfo> {
    const path = `/pins/${cidToText(cid)}/recover?local=${options.local === true}`
    return this.#requester.document('POST', path, globalPinInfoFromJSON, options)
  }

  /** Tries again whatever failed; yields what is being tried. */
  recoverAll(options: LocalOptions = {}): AsyncIterable<GlobalPinInfo> {
    return this.#requester.stream(
      'POST',
      `/pins/recover?local=${options.local === true}`,
      globalPinInfoFromJSON,
      options
    )
  }

  /** Removes unpinned blocks from the IPFS nodes. */
  async repoGc(options: LocalOptions = {}): Promise<GlobalRepoGc> {
    return this.#requester.document('POST', `/ipfs/gc?local=${options.local === true}`, globalRepoGcFromJSON, options)
  }

  /** Who is connected to whom. */
  async connectGraph(options: AbortOptions = {}): Promise<ConnectGraph> {
    return this.#requester.document('GET', '/health/graph', connectGraphFromJSON, options)
  }

  /** Metrics that expired without a successor, newest first. */
  async alerts(options: AbortOptions = {}): Promise<Alert[]> {
    return this.#requester.document('GET', '/health/alerts', listOf(alertFromJSON), options)
  }

  /** Traffic by protocol; the key `""` is traffic without one. */
  async bandwidth(options: AbortOptions = {}): Promise<Record<string, Bandwidth>> {
    return this.#requester.document('GET', '/health/bandwidth', bandwidthByProtocolFromJSON, options)
  }

  /** The latest valid metrics of a name, one a peer. */
  async metrics(name: string, options: AbortOptions = {}): Promise<Metric[]> {
    const path = `/monitor/metrics/${encodeURIComponent(name)}`
    return this.#requester.document('GET', path, listOf(metricFromJSON), options)
  }

  async metricNames(options: AbortOptions = {}): Promise<string[]> {
    return this.#requester.document('GET', '/monitor/metrics', listOf(String), options)
  }

  #statusStream(filter: StatusFilter, cids: readonly CID[], options: LocalOptions): AsyncIterable<GlobalPinInfo> {
    const names = filter === 0 ? '' : encodeURIComponent(statusFilterNames(filter))
    const query = `local=${options.local === true}&filter=${names}&cids=${cids.map(cidToText).join(',')}`
    return this.#requester.stream('GET', `/pins?${query}`, globalPinInfoFromJSON, options)
  }
}

function listOf<T>(decode: (value: JsonValue) => T): (value: JsonValue) => T[] {
  return (value) => (Array.isArray(value) ? (value as readonly JsonValue[]).map(decode) : [])
}

function tokenOf(value: JsonValue): string {
  const token = typeof value === 'object' && value !== null && 'token' in value ? value.token : undefined
  return typeof token === 'string' ? token : ''
}

function ignore(): void {}

/** Escapes each step of a path, and leaves the slashes between them. */
function escapePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}
