import { isDeepStrictEqual } from 'node:util'
import type { Pin } from '@ipfs-cluster/api'
import { ClusterError, Time } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { PeerMarks as Marks, RepairInit } from '../../src/repair/index.ts'
import { PeerMarks, Repair } from '../../src/repair/index.ts'
import type { ComponentLogger } from '../../src/util/index.ts'
import { RepeatingTask, startAll, stopAll } from '../../src/util/index.ts'
import { FakeState, testCid, testPin } from '../pintracker/fakes.ts'

/** IDs of peers, in the order of which the allocator takes them. */
export const PEERS = [
  '12D3KooWMAWNNLgRRsWu5Ah4hd6ecnoWGg78kCGpHaY7UAAJiLrF',
  '12D3KooWG7cNSH8CAfiCZ619K5XxHCrEMcZggvhF9M96EEBeVDo6',
  '12D3KooWG5GFPyrHAH2MziL7Ud8sD6vLJkg2qyV8nbT4BSQuZsi9',
  '12D3KooWG3ySxUXCtRdZEN8H7uEmHXydFJMhZJHnf1neJr5Fm5Rg',
  '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5'
] as const

/** Peers that share a pinset and see one another at once, each with its own repair. Content comes by {@link fetch}. */
export class Simulation {
  readonly state = new FakeState()
  readonly alive = new Set<string>(PEERS)
  readonly repairs = new Map<string, Repair>()
  readonly lines: string[] = []
  readonly #content = new Map<string, Set<string>>()
  readonly #walkers = new Map<string, RepeatingTask>()
  readonly #marks: Marks
  readonly #init: RepairInit & { peerWatchInterval?: number }
  /** Fewest live copies that any pin ever had. */
  fewest = Infinity
  /** Whom it was asked whether they have the content of a pin. */
  readonly asked: string[] = []
  /** Peers get what they are given without delay. */
  isFast = true
  writes = 0
  readonly #walkInterval: number

  /** @param walkInterval - milliseconds between two walks that nobody asked for */
  constructor(init: RepairInit = {}, walkInterval = 20) {
    this.#walkInterval = walkInterval
    this.#init = { disableRepinning: false, monitorPingInterval: 10, peerWatchInterval: 5, ...init }
    this.#marks = new PeerMarks({ logger: this.#logger, isTrusted: () => true })
  }

  /** Stores pins whose peers have the content. */
  pin(count: number, allocations: readonly string[], fields: Partial<Pin> = {}): CID[] {
    const cids = Array.from({ length: count }, (_, n) => testCid(this.#content.size + n))
    for (const cid of cids) {
      const factors = { replicationFactorMin: 2, replicationFactorMax: 3 }
      const pin = testPin(cid, { ...factors, allocations: [...allocations], timestamp: Time.now(), ...fields })
      this.state.put(pin)
      for (const repair of this.repairs.values()) repair.note(pin)
      this.#content.set(cid.toString(), new Set(allocations))
    }
    return cids
  }

  async start(peers: readonly string[] = PEERS): Promise<void> {
    for (const peer of peers) await this.startOne(peer)
  }

  /** Starts a peer, or starts it anew. */
  async startOne(peer: string): Promise<void> {
    this.alive.add(peer)
    const repair = new Repair(this.componentsOf(peer), this.#init)
    const walker = new RepeatingTask({
      interval: this.#walkInterval,
      run: async (signal) => repair.walk(this.state.list(), { signal }),
      onError: (err) => void this.lines.push(String(err))
    })
    this.repairs.set(peer, repair)
    this.#walkers.set(peer, walker)
    await startAll([repair, walker])
  }

  /** The peer does nothing more, and nobody hears of it. */
  async kill(...peers: string[]): Promise<void> {
    for (const peer of peers) this.alive.delete(peer)
    await Promise.all(peers.map(async (peer) => this.#stopOne(peer)))
  }

  async stop(): Promise<void> {
    await Promise.all([...this.repairs.keys()].map(async (peer) => this.#stopOne(peer)))
  }

  of(peer: string): Repair {
    const repair = this.repairs.get(peer)
    if (repair === undefined) throw new Error(`${peer} does not run`)
    return repair
  }

  async allocations(cid: CID): Promise<string[]> {
    return (await this.state.get(cid))?.allocations ?? []
  }

  holders(cid: CID): string[] {
    return [...(this.#content.get(cid.toString()) ?? [])].filter((peer) => this.alive.has(peer))
  }

  /** A peer gets the content that it is to have. */
  give(peer: string, cid: CID): void {
    this.#content.get(cid.toString())?.add(peer)
    this.#look(cid)
  }

  /** Whether each pin has so many live copies, on peers that are listed, and no more peers are. */
  async settled(cids: readonly CID[], copies: number): Promise<boolean> {
    for (const cid of cids) {
      const listed = await this.allocations(cid)
      if (listed.length !== copies || listed.some((peer) => !this.holders(cid).includes(peer))) return false
    }
    return true
  }

  async #stopOne(peer: string): Promise<void> {
    const repair = this.repairs.get(peer)
    const walker = this.#walkers.get(peer)
    this.repairs.delete(peer)
    this.#walkers.delete(peer)
    if (repair !== undefined && walker !== undefined) await stopAll([walker, repair])
  }

  /** What the trackers of the peers would do. */
  #onPin(pin: Pin): void {
    const content = this.#content.get(pin.cid.toString())
    const listed = pin.allocations ?? []
    for (const peer of this.alive) if (!listed.includes(peer)) content?.delete(peer)
    const hasSource = this.holders(pin.cid).length > 0
    if (this.isFast && hasSource) for (const peer of listed) if (this.alive.has(peer)) content?.add(peer)
    this.#look(pin.cid)
  }

  #look(cid: CID): void {
    this.fewest = Math.min(this.fewest, this.holders(cid).length)
  }

  get #logger(): ComponentLogger {
    const keep = (line: string): void => void this.lines.push(line)
    return { forComponent: () => ({ error: keep, warn: keep, info: keep, debug: () => {} }) }
  }

  componentsOf(peerId: string): ConstructorParameters<typeof Repair>[0] {
    return {
      peerId,
      logger: this.#logger,
      marks: {
        ...{ list: () => this.#marks.list(), kindOf: (peer: string) => this.#marks.kindOf(peer) },
        ...{ get: (peer: string) => this.#marks.get(peer), on: this.#marks.on },
        set: async (mark: Parameters<Marks['set']>[0]) => this.#marks.set(mark),
        fellows: () => [...this.alive].filter((peer) => peer !== peerId)
      } as unknown as Marks,
      consensus: {
        state: this.state,
        peers: async () => [...this.alive],
        isTrusted: () => true,
        logPin: async (pin, { replaces } = {}) => {
          if (replaces !== undefined && !isDeepStrictEqual(await this.state.get(pin.cid), replaces)) return
          this.writes++
          this.#onPin(this.state.put(pin))
        }
      },
      allocator: {
        allocate: async ({ pin, exclude = [] }) => {
          const able = PEERS.filter((peer) => this.alive.has(peer) && !exclude.includes(peer))
          if (able.length < pin.replicationFactorMin) throw new ClusterError('ERR_NOT_ENOUGH_PEERS', 'not enough peers')
          return able.slice(0, pin.replicationFactorMax)
        }
      },
      hasContent: async (peer, cid) => {
        this.asked.push(peer)
        // As long as an answer takes, others go on.
        await new Promise(setImmediate)
        return this.holders(cid).includes(peer)
      },
      walk: () => this.#walkers.get(peerId)?.runNow(),
      repoStat: async (peer) => ({
        repoSize: BigInt(10 * [...this.#content.values()].filter((holders) => holders.has(peer)).length),
        storageMax: 1000n
      }),
      latest: () => [],
      names: () => []
    }
  }
}
