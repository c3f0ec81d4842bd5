import { ClusterError, cidToText, PinTypeBits, pinWithOptions, Time } from '@ipfs-cluster/api'
import type {
  AddedOutput,
  AddParams,
  Alert,
  Bandwidth,
  ConnectGraph,
  GlobalPinInfo,
  GlobalRepoGc,
  Id,
  IpfsRepoStat,
  Metric,
  PeerId,
  Pin,
  PinInfo,
  PinInfoShort,
  PinOptions,
  RepoGc,
  TrackerStatus
} from '@ipfs-cluster/api'
import { globalPinInfoOf, listedGlobal } from '@ipfs-cluster/core/cluster'
import type {
  AddEntry,
  Cluster,
  ClusterEvents,
  ListedStatus,
  ListStatusesOptions,
  PinExplanation
} from '@ipfs-cluster/core/cluster'
import { decodePin, encodePin, pinKey } from '@ipfs-cluster/core/codec'
import { creationTime, storedPinTypeBit } from '@ipfs-cluster/core/state'
import type {
  CreationListOptions,
  CreationPlace,
  CreationRange,
  ListOptions,
  PinState,
  StoredPin
} from '@ipfs-cluster/core/state'
import { EventBus } from '@ipfs-cluster/core/util'
import { CID } from 'multiformats/cid'
import { FakeRepair } from './fake-repair.ts'

export const PEER = '12D3KooWMAWNNLgRRsWu5Ah4hd6ecnoWGg78kCGpHaY7UAAJiLrF'
export const IPFS = '12D3KooWG3ySxUXCtRdZEN8H7uEmHXydFJMhZJHnf1neJr5Fm5Rg'

/** An entry of an add as the fake has seen it. */
export interface SeenEntry {
  path: string
  kind: AddEntry['kind']
  content: string
}

/** A cluster of one peer that keeps pins in memory and does at once what it is told. */
export class FakeCluster implements Cluster {
  readonly peerId: PeerId = PEER
  readonly peername = 'peer0'
  readonly state: PinState
  readonly stored = new Map<string, StoredPin>()
  readonly calls: string[] = []
  readonly entries: SeenEntry[] = []
  readonly addParams: AddParams[] = []
  /** Methods that fail, and how. */
  readonly failures = new Map<string, Error>()
  /** Made in place of what the fake would list, by the name of the method. */
  readonly streams = new Map<string, (signal: AbortSignal | undefined) => AsyncIterable<unknown>>()
  /** States of pins that are not simply `pinned`, by their CID. */
  readonly statuses = new Map<string, TrackerStatus>()
  alertList: Alert[] = []
  metricList: Metric[] = []

  constructor() {
    this.state = {
      get: async (cid) => this.#find(cid),
      has: async (cid) => this.stored.has(cidToText(cid)),
      list: (options) => this.pins(options),
      listStored: (options) => this.#listStored(options),
      listByCreation: (options) => this.#listByCreation(options),
      placesOf: async (keys) => {
        this.calls.push(`placesOf ${keys.length}`)
        return this.#byCreation()
          .filter(({ key, value }) => keys.includes(key) && storedPinTypeBit(value) === PinTypeBits.pin)
          .map(({ created, key }) => ({ created, key }))
      },
      countByCreation: async (range) =>
        this.#byCreation(range).filter(({ value }) => storedPinTypeBit(value) === PinTypeBits.pin).length,
      pinsPerPeer: async () => this.#pinsPerPeer(),
      count: async () => this.stored.size
    }
  }

  /** Makes it as it was when it was new, for the next test. */
  forget(): void {
    for (const kept of [this.stored, this.failures, this.streams, this.statuses]) kept.clear()
    for (const kept of [this.calls, this.entries, this.addParams]) kept.length = 0
    this.alertList = []
    this.metricList = []
  }

  readonly events = new EventBus<ClusterEvents>()
  readonly repair = new FakeRepair((call) => this.#called(call))
  syncing: ReturnType<NonNullable<Cluster['syncProgress']>>
  allocation: PinExplanation['allocation']

  syncProgress(): FakeCluster['syncing'] {
    return this.syncing
  }

  async explain(cid: CID): Promise<PinExplanation> {
    this.#called(`explain ${cidToText(cid)}`)
    return { info: await this.status(cid), ...(this.allocation && { allocation: this.allocation }) }
  }

  async id(): Promise<Id> {
    this.#called('id')
    return { ...this.#id(PEER) }
  }

  version(): string {
    return '1.1.6'
  }

  async *peers(): AsyncIterable<Id> {
    this.#called('peers')
    yield this.#id(PEER)
  }

  async peerAdd(peer: PeerId): Promise<Id> {
    this.#called(`peerAdd ${peer}`)
    return this.#id(peer)
  }

  async peerRemove(peer: PeerId): Promise<void> {
    this.#called(`peerRemove ${peer}`)
  }

  async pin(cid: CID, options: PinOptions): Promise<Pin> {
    this.#called('pin')
    const pin = pinWithOptions(cid, options)
    this.put(pin)
    return pin
  }

  async unpin(cid: CID): Promise<Pin> {
    this.#called('unpin')
    const pin = this.#get(cid)
    this.stored.delete(cidToText(cid))
    return pin
  }

  async pinPath(path: string, options: PinOptions): Promise<Pin> {
    this.#called(`pinPath ${path}`)
    return this.pin(CID.parse('bafkqabtimvwgy3yk'), options)
  }

  async unpinPath(path: string): Promise<Pin> {
    this.#called(`unpinPath ${path}`)
    return this.unpin(CID.parse('bafkqabtimvwgy3yk'))
  }

  async pinGet(cid: CID): Promise<Pin> {
    this.#called('pinGet')
    return this.#get(cid)
  }

  async *pins(options?: ListOptions): AsyncIterable<Pin> {
    for await (const batch of this.#listStored(options)) for (const { value } of batch) yield decodePin(value)
  }

  async status(cid: CID): Promise<GlobalPinInfo> {
    this.#called(`status ${cidToText(cid)}`)
    return { ...this.#common(cid), peerMap: { [PEER]: this.#short(cid) } }
  }

  async statusLocal(cid: CID): Promise<PinInfo> {
    this.#called(`statusLocal ${cidToText(cid)}`)
    return { ...this.#common(cid), peer: PEER, ...this.#short(cid) }
  }

  statusAll(filter: number, options?: { signal?: AbortSignal }): AsyncIterable<GlobalPinInfo> {
    this.#called(`statusAll ${filter}`)
    return this.#stream('statusAll', options?.signal, (cid) => this.status(cid))
  }

  statusAllLocal(filter: number, options?: { signal?: AbortSignal }): AsyncIterable<PinInfo> {
    this.#called(`statusAllLocal ${filter}`)
    return this.#stream('statusAllLocal', options?.signal, (cid) => this.statusLocal(cid))
  }

  /** What the other two give. */
  async *listStatuses(
    filter: number,
    { local = false, ...options }: ListStatusesOptions = {}
  ): AsyncIterable<readonly ListedStatus[]> {
    if (local) {
      for await (const info of this.statusAllLocal(filter, options)) yield [listedGlobal(globalPinInfoOf(info))]
    } else {
      for await (const info of this.statusAll(filter, options)) yield [listedGlobal(info)]
    }
  }

  async recover(cid: CID): Promise<GlobalPinInfo> {
    this.#called('recover')
    return this.status(cid)
  }

  async recoverLocal(cid: CID): Promise<PinInfo> {
    this.#called('recoverLocal')
    this.#get(cid)
    return this.statusLocal(cid)
  }

  recoverAll(options?: { signal?: AbortSignal }): AsyncIterable<GlobalPinInfo> {
    this.#called('recoverAll')
    return this.#stream('recoverAll', options?.signal, (cid) => this.status(cid))
  }

  recoverAllLocal(options?: { signal?: AbortSignal }): AsyncIterable<PinInfo> {
    this.#called('recoverAllLocal')
    return this.#stream('recoverAllLocal', options?.signal, (cid) => this.statusLocal(cid))
  }

  async *add(entries: AsyncIterable<AddEntry>, params: AddParams): AsyncIterable<AddedOutput> {
    this.addParams.push(params)
    this.#called('add')
    for await (const { path, kind, content } of entries) {
      const chunks: Uint8Array[] = []
      if (content !== undefined) for await (const chunk of content) chunks.push(chunk)
      const text = Buffer.concat(chunks).toString()
      this.entries.push({ path, kind, content: text })
      const cid = CID.parse('bafkqabtimvwgy3yk')
      if (kind === 'file') yield { name: path, cid, bytes: 0, size: text.length, allocations: [PEER] }
    }
    const late = this.failures.get('add at the end')
    if (late !== undefined) throw late
  }

  async resolve(path: string): Promise<CID> {
    this.#called(`resolve ${path}`)
    return CID.parse(path.split('/')[2] ?? '')
  }

  async repoStat(): Promise<IpfsRepoStat> {
    this.#called('repoStat')
    return { repoSize: 100n, storageMax: 10_000_000_000n }
  }

  async repoGc(): Promise<GlobalRepoGc> {
    return { peerMap: { [PEER]: await this.repoGcLocal() } }
  }

  async repoGcLocal(): Promise<RepoGc> {
    this.#called('repoGc')
    return {
      peer: PEER,
      peername: this.peername,
      keys: [{ key: CID.parse('bafkqabtimvwgy3yk'), error: '' }],
      error: ''
    }
  }

  async connectGraph(): Promise<ConnectGraph> {
    return {
      clusterId: PEER,
      idToPeername: { [PEER]: this.peername },
      ipfsLinks: { [IPFS]: [] },
      clusterLinks: { [PEER]: [] },
      clusterTrustLinks: { [PEER]: true },
      clusterToIpfs: { [PEER]: IPFS }
    }
  }

  async pinCounts(): ReturnType<Cluster['pinCounts']> {
    this.#called('pinCounts')
    return { statuses: { pinned: this.stored.size }, comparedAt: new Time(1_700_000_000) }
  }

  alerts(): Alert[] {
    return this.alertList
  }

  bandwidthByProtocol(): Record<string, Bandwidth> {
    return { '': { totalIn: 1n, totalOut: 2n, rateIn: 0.5, rateOut: 0 } }
  }

  metrics(name: string): Metric[] {
    return this.metricList.filter((metric) => metric.name === name)
  }

  metricNames(): string[] {
    return [...new Set(this.metricList.map((metric) => metric.name))]
  }

  async ready(): Promise<void> {}

  put(pin: Pin): void {
    this.stored.set(cidToText(pin.cid), { key: pinKey(pin.cid), value: encodePin(pin) })
  }

  #called(call: string): void {
    this.calls.push(call)
    const failure = this.failures.get(call.split(' ', 1)[0] ?? '')
    if (failure !== undefined) throw failure
  }

  #find(cid: CID): Pin | undefined {
    const stored = this.stored.get(cidToText(cid))
    return stored === undefined ? undefined : decodePin(stored.value)
  }

  #get(cid: CID): Pin {
    const pin = this.#find(cid)
    if (pin === undefined) throw new ClusterError('ERR_NOT_PINNED', 'pin is not part of the pinset')
    return pin
  }

  async *#listStored(options: ListOptions = {}): AsyncIterable<readonly StoredPin[]> {
    this.calls.push(`listStored ${options.types ?? 0}`)
    const made = this.streams.get('listStored')
    if (made !== undefined) return yield* made(options.signal) as AsyncIterable<readonly StoredPin[]>
    const { types = 0, after = '', limit = Infinity } = options
    const pins = [...this.stored.values()]
      .filter(
        ({ key, value }) =>
          key > after && ([0, PinTypeBits.all].includes(types) || (storedPinTypeBit(value) & types) !== 0)
      )
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .slice(0, limit)
    for (let start = 0; start < pins.length; start += 100) yield pins.slice(start, start + 100)
  }

  #byCreation(range: CreationRange = {}): (StoredPin & CreationPlace)[] {
    const { before = Infinity, after = -Infinity, order, behind } = range
    const pins = [...this.stored.values()]
      .map(({ key, value }) => ({
        key,
        value,
        created: creationTime(key, decodePin(value).timestamp).toMilliseconds()
      }))
      .filter(({ created }) => created < before && created > after)
      .sort((a, b) => a.created - b.created || (a.key < b.key ? -1 : 1))
    if (order !== 'oldest') pins.reverse()
    if (behind === undefined) return pins
    const sign = order === 'oldest' ? 1 : -1
    const isBehind = ({ created, key }: CreationPlace): boolean =>
      (created - behind.created || (key < behind.key ? -1 : Number(key > behind.key))) * sign > 0
    return pins.filter(isBehind)
  }

  async *#listByCreation(options: CreationListOptions = {}): AsyncIterable<readonly (StoredPin & CreationPlace)[]> {
    const { types = 0 } = options
    const isWanted = ({ value }: StoredPin): boolean => types === 0 || (storedPinTypeBit(value) & types) !== 0
    const pins = this.#byCreation(options).filter(isWanted)
    for (let start = 0; start < pins.length; start += 7) yield pins.slice(start, start + 7)
  }

  #pinsPerPeer(): Map<PeerId, number> {
    const counts = new Map<PeerId, number>()
    for (const { value } of this.stored.values()) {
      for (const peer of decodePin(value).allocations ?? []) counts.set(peer, (counts.get(peer) ?? 0) + 1)
    }
    return counts
  }

  async *#stream<T>(name: string, signal: AbortSignal | undefined, item: (cid: CID) => Promise<T>): AsyncIterable<T> {
    const made = this.streams.get(name)
    if (made !== undefined) return yield* made(signal) as AsyncIterable<T>
    for (const text of this.stored.keys()) yield item(CID.parse(text))
  }

  #common(cid: CID): Pick<GlobalPinInfo, 'cid' | 'name' | 'allocations' | 'origins' | 'created' | 'metadata'> {
    const pin = this.#find(cid)
    if (pin === undefined)
      return { cid, name: '', allocations: null, origins: null, created: Time.ZERO, metadata: null }
    const { name, allocations, origins, timestamp, metadata } = pin
    return { cid, name, allocations, origins, created: timestamp, metadata }
  }

  #short(cid: CID): PinInfoShort {
    return {
      peername: this.peername,
      ipfsPeerId: IPFS,
      ipfsPeerAddresses: [],
      status: this.statuses.get(cidToText(cid)) ?? (this.stored.has(cidToText(cid)) ? 'pinned' : 'unpinned'),
      timestamp: Time.ZERO,
      error: '',
      attemptCount: 0,
      priorityPin: false
    }
  }

  #id(id: PeerId): Id {
    return {
      id,
      addresses: [`/ip4/127.0.0.1/tcp/9096/p2p/${id}`],
      clusterPeers: [id],
      clusterPeersAddresses: [],
      version: '1.1.6',
      commit: '',
      rpcProtocolVersion: '/ipfscluster/1.0/rpc',
      error: '',
      ipfs: { id: IPFS, addresses: [], error: '' },
      peername: this.peername
    }
  }
}
