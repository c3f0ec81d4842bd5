import type {
  AddedOutput,
  AddParams,
  Alert,
  Bandwidth,
  BatchResult,
  ConnectGraph,
  DrainProgressInfo,
  ExplainedPinInfo,
  GlobalPinInfo,
  GlobalRepoGc,
  Id,
  JsonValue,
  Metric,
  PeerId,
  PeerMarkInfo,
  Pin,
  PinCountsInfo,
  PinOptions,
  PinType,
  RebalancePlanInfo,
  RebalanceProgressInfo,
  RepairProgressInfo,
  StatusFilter,
  SyncProgressInfo,
  Version
} from '@ipfs-cluster/api'
import {
  addParamsToQuery,
  cidToText,
  defaultAddParams,
  defaultPinOptions,
  encodeQuery,
  formatGoDuration,
  pinOptionsToQuery,
  statusFilterNames
} from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { AbortOptions } from './abort-options.ts'
import type { AddEntry } from './add/multipart.ts'
import type { UploadProgress } from './add/upload.ts'
import * as answers from './answers/index.ts'
import type { Answer } from './answers/index.ts'
import type { BatchPin } from './batch.ts'
import type { ClusterEvent, EventsOptions } from './events.ts'
import { pageQuery } from './listing.ts'
import type { Page, PageOptions } from './listing.ts'
import { Requester } from './requester.ts'
import type { RequesterInit } from './requester.ts'
import type { Transport } from './transport/interface.ts'

/** What a client needs. */
export interface ClusterClientComponents {
  readonly transport: Transport
}

/** What a client may be told. */
export type ClusterClientInit = RequesterInit

/** How an upload is watched. */
export interface AddOptions extends AbortOptions {
  /** Hears how much has been read, for each piece. */
  readonly onProgress?: (progress: UploadProgress) => void
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
    return this.#requester.document('GET', '/id', answers.id, options)
  }

  async version(options: AbortOptions = {}): Promise<Version> {
    return this.#requester.document('GET', '/version', answers.version, options)
  }

  /** Resolves when the API answers. Needs no credentials. */
  async health(options: AbortOptions = {}): Promise<void> {
    await this.#requester.document('GET', '/health', answers.nothing, options)
  }

  /** A token that stands for the credentials of this client. */
  async token(options: AbortOptions = {}): Promise<string> {
    return this.#requester.document('POST', '/token', answers.token, options)
  }

  /** The members of the cluster; one that cannot be asked has only `id` and `error`. */
  peers(options: AbortOptions = {}): AsyncIterable<Id> {
    return this.#requester.stream('GET', '/peers', answers.id, options)
  }

  /** Makes a peer a member (raft), or asks for its ID (crdt). */
  async peerAdd(peer: PeerId, options: AbortOptions = {}): Promise<Id> {
    return this.#requester.document('POST', '/peers', answers.id, { ...options, content: { peer_id: peer } })
  }

  /** Removes a member, which then shuts itself down. A crdt cluster refuses. */
  async peerRemove(peer: PeerId, options: AbortOptions = {}): Promise<void> {
    await this.#requester.document('DELETE', `/peers/${encodeURIComponent(peer)}`, answers.nothing, options)
  }

  /**
   * Adds content and pins it. Yields what is built as it is built, the root last. The entries are read while the answer
   * comes, no faster than the peer takes them. The error of an add that breaks off says what has been stored, and how to
   * go on.
   */
  async *add(
    entries: AsyncIterable<AddEntry> | Iterable<AddEntry>,
    params: Partial<AddParams> = {},
    { onProgress, ...options }: AddOptions = {}
  ): AsyncGenerator<AddedOutput, void, void> {
    const { encodeMultipart, newBoundary, Upload } = await import('./add/index.ts')
    const upload = new Upload(onProgress)
    const boundary = newBoundary()
    const query = addParamsToQuery({ ...defaultAddParams(), ...params, streamChannels: true })
    const bytes = encodeMultipart(upload.counted(entries), boundary)
    const body = { type: `multipart/form-data; boundary=${boundary}`, bytes }
    try {
      for await (const output of this.#requester.stream('POST', `/add?${query}`, answers.addedOutput, {
        ...options,
        body
      })) {
        upload.onOutput(output)
        yield output
      }
    } catch (error) {
      throw upload.explain(error)
    }
  }

  /** Pins a CID. The answer is the pin as it was made; that it is pinned is for {@link ClusterClient.status} to say. */
  async pin(cid: CID, pinOptions: Partial<PinOptions> = {}, options: AbortOptions = {}): Promise<Pin> {
    return this.pinPath(`/ipfs/${cidToText(cid)}`, pinOptions, options)
  }

  /** Pins what a path (`/ipfs/<cid>/<path>`, `/ipns/<name>`) leads to. The peer resolves it. */
  async pinPath(path: string, pinOptions: Partial<PinOptions> = {}, options: AbortOptions = {}): Promise<Pin> {
    const query = pinOptionsToQuery({ ...defaultPinOptions(), ...pinOptions })
    return this.#requester.document('POST', `/pins${escapePath(path)}?${query}`, answers.pin, options)
  }

  /** Removes a pin and gives it as it was. */
  async unpin(cid: CID, options: AbortOptions = {}): Promise<Pin> {
    return this.unpinPath(`/ipfs/${cidToText(cid)}`, options)
  }

  /** Removes the pin of what a path leads to, and gives it as it was. */
  async unpinPath(path: string, options: AbortOptions = {}): Promise<Pin> {
    return this.#requester.document('DELETE', `/pins${escapePath(path)}`, answers.pin, options)
  }

  /** The pinset, or the pins of some types. No types at all are sent as an empty filter, which a peer takes for all. */
  allocations(filter: readonly PinType[] = ['all'], options: AbortOptions = {}): AsyncIterable<Pin> {
    return this.#requester.stream(
      'GET',
      `/allocations?filter=${encodeURIComponent(filter.join(','))}`,
      answers.pin,
      options
    )
  }

  /** One pin. Throws ApiError with status 404 when it is not in the pinset. */
  async allocation(cid: CID, options: AbortOptions = {}): Promise<Pin> {
    return this.#requester.document('GET', `/allocations/${cidToText(cid)}`, answers.pin, options)
  }

  /** How a CID fares on the peers. One that is not in the pinset is `unpinned`. */
  async status(cid: CID, options: LocalOptions = {}): Promise<GlobalPinInfo> {
    const path = `/pins/${cidToText(cid)}?local=${options.local === true}`
    return this.#requester.document('GET', path, answers.globalPinInfo, options)
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

  /** How many pins have each status on the peer that is contacted. */
  async pinCounts(options: AbortOptions = {}): Promise<PinCountsInfo> {
    return this.#requester.document('GET', '/pins/counts', answers.pinCounts, options)
  }

  /** Tries again to pin or unpin a CID where that failed. */
  async recover(cid: CID, options: LocalOptions = {}): Promise<GlobalPinInfo> {
    const path = `/pins/${cidToText(cid)}/recover?local=${options.local === true}`
    return this.#requester.document('POST', path, answers.globalPinInfo, options)
  }

  /** Tries again whatever failed; yields what is being tried. */
  recoverAll(options: LocalOptions = {}): AsyncIterable<GlobalPinInfo> {
    return this.#requester.stream(
      'POST',
      `/pins/recover?local=${options.local === true}`,
      answers.globalPinInfo,
      options
    )
  }

  /** Removes unpinned blocks from the IPFS nodes. */
  async repoGc(options: LocalOptions = {}): Promise<GlobalRepoGc> {
    return this.#requester.document('POST', `/ipfs/gc?local=${options.local === true}`, answers.globalRepoGc, options)
  }

  /** Who is connected to whom. */
  async connectGraph(options: AbortOptions = {}): Promise<ConnectGraph> {
    return this.#requester.document('GET', '/health/graph', answers.connectGraph, options)
  }

  /** Metrics that expired without a successor, newest first. */
  async alerts(options: AbortOptions = {}): Promise<Alert[]> {
    return this.#requester.document('GET', '/health/alerts', answers.alerts, options)
  }

  /** Traffic by protocol; the key `""` is traffic without one. */
  async bandwidth(options: AbortOptions = {}): Promise<Record<string, Bandwidth>> {
    return this.#requester.document('GET', '/health/bandwidth', answers.bandwidth, options)
  }

  /** The latest valid metrics of a name, one a peer. */
  async metrics(name: string, options: AbortOptions = {}): Promise<Metric[]> {
    const path = `/monitor/metrics/${encodeURIComponent(name)}`
    return this.#requester.document('GET', path, answers.metrics, options)
  }

  async metricNames(options: AbortOptions = {}): Promise<string[]> {
    return this.#requester.document('GET', '/monitor/metrics', answers.texts, options)
  }

  /** A page of the pinset, or of some types of pins. */
  async allocationPage(filter: readonly PinType[] = ['all'], options: PageOptions = {}): Promise<Page<Pin>> {
    return this.#page(`/allocations?${pageQuery(options, { filter: filter.join(',') })}`, answers.pin, options)
  }

  /**
   * How a page of the pinset fares.
   *
   * @param filter - only items that have one of these statuses: the page is then what is left of its pins, which may be
   *   nothing even though there is a next page; 0: all
   */
  async statusPage(filter: StatusFilter = 0, options: PageOptions & LocalOptions = {}): Promise<Page<GlobalPinInfo>> {
    const words = filter === 0 ? '' : statusFilterNames(filter)
    const query = pageQuery(options, { filter: words, local: String(options.local === true) })
    return this.#page(`/pins?${query}`, answers.globalPinInfo, options)
  }

  /** How a CID fares on each peer, in words, and why these peers were chosen. */
  async explain(cid: CID, options: AbortOptions = {}): Promise<ExplainedPinInfo> {
    return this.#requester.document('GET', `/pins/${cidToText(cid)}?explain=true`, answers.explainedPinInfo, options)
  }

  /**
   * Pins many CIDs: yields what came of each, in their order. The pins are read while the results come, no faster than
   * the peer takes them; a pin that is refused does not keep the others from being made.
   */
  pinBatch(pins: AsyncIterable<BatchPin> | Iterable<BatchPin>, options: AbortOptions = {}): AsyncIterable<BatchResult> {
    const body = { type: 'application/x-ndjson', bytes: linesOf(pins) }
    return this.#requester.stream('POST', '/pins/batch', answers.batchResult, { ...options, body })
  }

  /**
   * What happens, as it happens. Ends with a TransportError when the connection does: ask again with the `id` of the
   * last event. The timeout of the client does not count.
   */
  async *events(options: EventsOptions = {}): AsyncGenerator<ClusterEvent, void, void> {
    const { types = [], lastEventId = '', signal, onOpen } = options
    // In the query: a header would need the permission of CORS in browsers.
    const query = encodeQuery([
      ['last-event-id', lastEventId],
      ['types', types.join(',')]
    ])
    const how = { isEndless: true, ...(signal && { signal }), ...(onOpen && { onAnswer: onOpen }) }
    const bytes = this.#requester.bytes(`/events?${query}`, how)
    const { readEvents } = await import('./events.ts')
    yield* readEvents(bytes)
  }

  /** The pinset as the file that `ipfs-cluster-service state export` makes, in pieces. */
  stateExport(options: AbortOptions = {}): AsyncIterable<Uint8Array> {
    return this.#requester.bytes('/state/export', options)
  }

  /** How far the peer is with taking in what others have. */
  async sync(options: AbortOptions = {}): Promise<SyncProgressInfo> {
    return this.#requester.document('GET', '/sync', answers.syncProgress, options)
  }

  /** The description of the API in OpenAPI 3.1. */
  async openApi(options: AbortOptions = {}): Promise<JsonValue> {
    return this.#requester.document('GET', '/openapi.json', answers.anything, options)
  }

  /** Peers that are under maintenance or drained. */
  async peerMarks(options: AbortOptions = {}): Promise<PeerMarkInfo[]> {
    return this.#requester.document('GET', '/peers/marks', answers.peerMarks, options)
  }

  /**
   * Lets a peer be away without its pins being placed anew. It need not be there.
   *
   * @param options - `for`: milliseconds after which it ends by itself; absent: it is to be ended
   */
  async peerMaintenance(peer: PeerId, options: AbortOptions & { for?: number } = {}): Promise<PeerMarkInfo> {
    const query = options.for === undefined ? '' : `?for=${formatGoDuration(options.for)}`
    return this.#requester.document('POST', `${peerPath(peer)}/maintenance${query}`, answers.peerMark, options)
  }

  /**
   * Has the pins of a peer go elsewhere.
   *
   * @param options - `toMinimum`: where peers are missing, pins may be left with their minimum of copies
   */
  async peerDrain(peer: PeerId, options: AbortOptions & { toMinimum?: boolean } = {}): Promise<PeerMarkInfo> {
    const query = `?to-minimum=${options.toMinimum === true}`
    return this.#requester.document('POST', `${peerPath(peer)}/drain${query}`, answers.peerMark, options)
  }

  /** What is left of a drain. */
  async peerDrainProgress(peer: PeerId, options: AbortOptions = {}): Promise<DrainProgressInfo> {
    return this.#requester.document('GET', `${peerPath(peer)}/drain`, answers.drainProgress, options)
  }

  /** Ends the maintenance of a peer, or stops its drain where it is. */
  async peerUnmark(peer: PeerId, options: AbortOptions = {}): Promise<void> {
    await this.#requester.document('DELETE', `${peerPath(peer)}/mark`, answers.nothing, options)
  }

  /** How far the peer is with the pins of peers that are gone. */
  async repairProgress(options: AbortOptions = {}): Promise<RepairProgressInfo> {
    return this.#requester.document('GET', '/repair', answers.repairProgress, options)
  }

  /** Moves that would make the peers equally full. Changes nothing. */
  async rebalancePlan(options: AbortOptions = {}): Promise<RebalancePlanInfo> {
    return this.#requester.document('GET', '/rebalance/plan', answers.rebalancePlan, options)
  }

  /** Carries out a plan, in the background; without one, what is found now. */
  async rebalance(plan?: RebalancePlanInfo, options: AbortOptions = {}): Promise<RebalanceProgressInfo> {
    if (plan === undefined) return this.#requester.document('POST', '/rebalance', answers.rebalanceProgress, options)
    const { rebalancePlanToJSON } = await import('./answers/operator.ts')
    const content = rebalancePlanToJSON(plan)
    return this.#requester.document('POST', '/rebalance', answers.rebalanceProgress, { ...options, content })
  }

  async rebalanceProgress(options: AbortOptions = {}): Promise<RebalanceProgressInfo> {
    return this.#requester.document('GET', '/rebalance', answers.rebalanceProgress, options)
  }

  /** Begins no more moves; resolves when those under way have ended or are taken back. */
  async rebalanceStop(options: AbortOptions = {}): Promise<RebalanceProgressInfo> {
    return this.#requester.document('DELETE', '/rebalance', answers.rebalanceProgress, options)
  }

  async #page<T>(path: string, answer: Answer<T>, { signal }: AbortOptions): Promise<Page<T>> {
    const { items, header } = await this.#requester.page(path, 'x-next-cursor', answer, signal && { signal })
    return { items, ...(header !== undefined && { next: header }) }
  }

  #statusStream(filter: StatusFilter, cids: readonly CID[], options: LocalOptions): AsyncIterable<GlobalPinInfo> {
    const names = filter === 0 ? '' : encodeURIComponent(statusFilterNames(filter))
    const query = `local=${options.local === true}&filter=${names}&cids=${cids.map(cidToText).join(',')}`
    return this.#requester.stream('GET', `/pins?${query}`, answers.globalPinInfo, options)
  }
}

function peerPath(peer: PeerId): string {
  return `/peers/${encodeURIComponent(peer)}`
}

/** Escapes each step of a path, and leaves the slashes between them. */
function escapePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

async function* linesOf(pins: AsyncIterable<BatchPin> | Iterable<BatchPin>): AsyncGenerator<Uint8Array, void, void> {
  const { batchLines } = await import('./batch.ts')
  yield* batchLines(pins)
}
