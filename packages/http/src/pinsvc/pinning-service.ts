import { ClusterError, defaultPinOptions } from '@ipfs-cluster/api'
import type { Pin } from '@ipfs-cluster/api'
import type { Cluster } from '@ipfs-cluster/core/cluster'
import { pinKey, pinKeyToCid } from '@ipfs-cluster/core/codec'
import { creationTime } from '@ipfs-cluster/core/state'
import type { CreationPlace } from '@ipfs-cluster/core/state'
import type { AbortOptions } from '@ipfs-cluster/core/util'
import type { CID } from 'multiformats/cid'
import { compareNewest, pageOf } from '../common/pinset/places.ts'
import { pinTest } from '../common/pinset/pin-filter.ts'
import type { ListQuery } from './parameters.ts'
import { OneByOne } from './one-by-one.ts'
import { Peers } from './peers.ts'
import type { PinRequest } from './pin-request.ts'
import type { PinResults, PinStatus } from './pin-status.ts'
import { search } from './search.ts'
import { StatusTest } from './status-test.ts'
import { statusWordOf } from './status-word.ts'
import type { StatusWord } from './status-word.ts'

/** Pins of a page whose peers are asked at the same time. */
const ASKED_AT_ONCE = 32

/**
 * How often a page is filled up when pins have another status by the time their peers are asked than was known before.
 * More would not help: what changes that fast is not worth a further search.
 */
const MAX_SEARCHES = 3

/** The parts of a cluster that the service is made of. */
type ServedCluster = Pick<Cluster, 'state' | 'pin' | 'unpin' | 'status' | 'listStatuses' | 'metrics'>

/** The use cases of the pinning service over a cluster. A pin of the service is one of the cluster's data pins. */
export class PinningService {
  readonly #cluster: ServedCluster
  /** Of requests that replace or remove the same pin, one finds it. */
  readonly #endings = new OneByOne()

  constructor(cluster: ServedCluster) {
    this.#cluster = cluster
  }

  /** A page of pins, newest first. Only the peers that hold the pins of the page are asked for their status. */
  list(query: ListQuery, options: AbortOptions = {}): Promise<PinResults> {
    return query.cids === undefined ? this.#listAny(query, options) : this.#listNamed(query, query.cids, options)
  }

  /** @throws ClusterError `ERR_NOT_PINNED` */
  async get(cid: CID, options: AbortOptions = {}): Promise<PinStatus> {
    const pin = await this.#find(cid, options)
    if (pin === undefined) throw new ClusterError('ERR_NOT_PINNED', 'pin not found')
    return this.#describe(pin, this.#peers(), options)
  }

  async add({ cid, name, origins, metadata }: PinRequest, options: AbortOptions = {}): Promise<PinStatus> {
    const wanted = { ...defaultPinOptions(), name: name ?? '', origins: origins ?? null, metadata: metadata ?? null }
    return this.#queued(await this.#cluster.pin(cid, wanted, options))
  }

  /**
   * Pins another CID in place of a pin, with the peers and options of that pin. What the request gives counts more.
   *
   * @throws ClusterError `ERR_NOT_PINNED`
   */
  replace(cid: CID, request: PinRequest, options: AbortOptions = {}): Promise<PinStatus> {
    return this.#endings.run(pinKey(cid), () => this.#replace(cid, request, options))
  }

  /** @throws ClusterError `ERR_NOT_PINNED` */
  remove(cid: CID, options: AbortOptions = {}): Promise<void> {
    return this.#endings.run(pinKey(cid), async () => {
      await this.#cluster.unpin(cid, options)
    })
  }

  async #replace(cid: CID, request: PinRequest, options: AbortOptions): Promise<PinStatus> {
    const old = await this.#find(cid, options)
    if (old === undefined) throw new ClusterError('ERR_NOT_PINNED', 'pin is not part of the pinset')
    const { origins = old.origins, metadata = old.metadata } = request
    const wanted = { ...old, name: request.name || old.name, origins, metadata, pinUpdate: null }
    if (request.cid.equals(cid)) return this.#queued(await this.#cluster.pin(cid, wanted, options))
    const updated = await this.#cluster.pin(request.cid, { ...wanted, pinUpdate: cid }, options)
    // An update takes all but the name from the old pin.
    const isChanged = request.origins !== undefined || request.metadata !== undefined
    const replaced = isChanged ? await this.#cluster.pin(request.cid, wanted, options) : updated
    await this.#cluster.unpin(cid, options)
    return this.#queued(replaced)
  }

  async #listAny(query: ListQuery, options: AbortOptions): Promise<PinResults> {
    const { statuses, limit } = query
    const status = statuses && (await StatusTest.make(this.#cluster, this.#peers(), statuses, options))
    const results: PinStatus[] = []
    let behind: CreationPlace | undefined
    let count = 0
    let dropped = 0
    for (let round = 1; round <= MAX_SEARCHES; round++) {
      const left = limit - results.length
      const found = await search(this.#cluster.state, { ...options, filter: query, status, behind, size: left + 1 })
      const page = pageOf(found.newest, left)
      const fitting = await this.#describePage(page, statuses, options)
      dropped += page.length - fitting.length
      count = found.count - dropped
      results.push(...fitting)
      behind = page.at(-1)
      if (fitting.length === page.length || page.length === found.newest.length) break
    }
    return { count: Math.max(count, results.length), results }
  }

  async #listNamed(query: ListQuery, cids: readonly CID[], options: AbortOptions): Promise<PinResults> {
    const passes = pinTest(query)
    const ranked: CreationPlace[] = []
    for (const [key, cid] of new Map(cids.map((each) => [pinKey(each), each]))) {
      const pin = await this.#find(cid, options)
      if (pin === undefined) continue
      const created = creationTime(key, pin.timestamp).toMilliseconds()
      const metadata = new Map(Object.entries(pin.metadata ?? {}))
      if (passes({ name: pin.name, metadata }, created)) ranked.push({ created, key })
    }
    const fitting = await this.#describePage(ranked.sort(compareNewest), query.statuses, options)
    return { count: fitting.length, results: fitting.slice(0, query.limit) }
  }

  /** The pins of a page that are still there, and have one of the statuses. */
  async #describePage(
    page: readonly CreationPlace[],
    statuses: ReadonlySet<StatusWord> | undefined,
    options: AbortOptions
  ): Promise<PinStatus[]> {
    const peers = this.#peers()
    const described: PinStatus[] = []
    for (let start = 0; start < page.length; start += ASKED_AT_ONCE) {
      const asked = page.slice(start, start + ASKED_AT_ONCE).map(async ({ key }) => {
        const pin = await this.#find(pinKeyToCid(key), options)
        return pin && this.#describe(pin, peers, options)
      })
      for (const status of await Promise.all(asked)) {
        if (status !== undefined && (statuses === undefined || statuses.has(status.status))) described.push(status)
      }
    }
    return described
  }

  async #describe(pin: Pin, peers: Peers, options: AbortOptions): Promise<PinStatus> {
    const { peerMap } = await this.#cluster.status(pin.cid, options)
    const word = statusWordOf({ allocations: pin.allocations, peerMap }, (peer) => peers.isGone(peer))
    // What is in the pinset and on no peer is about to be pinned.
    return pinStatus(pin, word ?? 'queued', peers)
  }

  #queued(pin: Pin): PinStatus {
    return pinStatus(pin, 'queued', this.#peers())
  }

  #peers(): Peers {
    return new Peers(this.#cluster.metrics('ping'))
  }

  /** A data pin; the parts that a sharded item is made of are no pins of the service, nor is the item. */
  async #find(cid: CID, options: AbortOptions): Promise<Pin | undefined> {
    const pin = await this.#cluster.state.get(cid, options)
    return pin?.type === 'pin' ? pin : undefined
  }
}

function pinStatus(pin: Pin, status: StatusWord, peers: Peers): PinStatus {
  return { status, created: creationTime(pinKey(pin.cid), pin.timestamp), pin, delegates: peers.delegatesOf(pin) }
}
