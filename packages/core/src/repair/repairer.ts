import type { PeerId, Pin } from '@ipfs-cluster/api'
import { cidToText, ClusterError, Time } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { CidKey } from '../pintracker/cid-key.ts'
import { cidOfKey, keyOfCid } from '../pintracker/cid-key.ts'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { Pool } from '../util/pool.ts'
import { abortable } from '../util/signals.ts'
import type { AbortOptions } from '../util/startable.ts'
import { closestPeer } from './closest-peer.ts'
import {
  DEFAULT_CONCURRENCY,
  LOGGED_FAILURES,
  LONGEST_PAUSE,
  OVERDUE_AFTER,
  PARALLEL,
  SETTLE_TIME,
  STALLED_AFTER
} from './defaults.ts'
import type { RepairComponents, RepairInit, RepairProgress } from './interface.ts'
import type { Holder, PinPlan, PlanRules } from './plan.ts'
import { copiesToKeep, planPin, trim } from './plan.ts'
import type { Presence } from './presence.ts'
import { reallocate } from './reallocate.ts'

/** A pin that was given to other peers which do not have its content yet. */
interface Waiting {
  since: number
  /** Live copies that leaving peers leave behind. */
  copies: number
  /** Looks until the next one at this pin, and between that and the one after it. */
  dueIn: number
  pause: number
}

/** Of a pin that is part of the next look. */
const SOON = { dueIn: 1, pause: 1 } as const

/**
 * Sees to it that every pin has its copies, of those pins that are this peer's to look after. All that it does follows
 * from the pinset, who is there, and the marks: when it is interrupted, the next walk over the pinset, here or on
 * another peer, finds the rest.
 */
export class Repairer {
  readonly #components: RepairComponents & { presence: Presence }
  readonly #log: Logger
  readonly #repairs: boolean
  readonly #concurrency: number
  readonly #waiting = new Map<CidKey, Waiting>()
  /** Pins that are being seen to: what is put for them here is no news. */
  readonly #inHand = new Set<CidKey>()
  #room = Promise.withResolvers<void>()
  /** Whether this peer looks after a CID, among all peers and among those of this release. */
  #isOurs: { all: (cid: CID) => boolean; fellows: (cid: CID) => boolean } = { all: never, fellows: never }
  #placed = 0
  #trimmed = 0
  #failed = 0
  #reasons: string[] = []

  constructor(components: RepairComponents & { presence: Presence }, init: RepairInit) {
    this.#components = components
    this.#log = components.logger.forComponent('repair')
    this.#repairs = !(init.disableRepinning ?? true)
    this.#concurrency = init.repair?.concurrency ?? DEFAULT_CONCURRENCY
  }

  /** What is done about the pins of a peer that is gone, in words. */
  get intention(): string {
    return this.#repairs ? 'pins that have too few copies go to other peers' : 'repinning is disabled, its pins stay'
  }

  /** Whether there are pins to be looked at again. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0
  }

  progress(): RepairProgress {
    return {
      gone: this.#components.presence.gone(performance.now()),
      placed: this.#placed,
      trimmed: this.#trimmed,
      waiting: this.#waiting.size,
      failed: this.#failed,
      reasons: [...this.#reasons]
    }
  }

  /** Others than those that have gone share the work (spec: wire 9.5). */
  share(members: readonly PeerId[]): void {
    const { peerId, consensus, marks, presence } = this.#components
    const now = performance.now()
    const others = members.filter((peer) => {
      if (peer === peerId || !consensus.isTrusted(peer)) return false
      return presence.standing(peer, now) === 'here' || presence.standing(peer, now) === 'leaving'
    })
    const fellows = new Set(marks.fellows())
    this.#isOurs = {
      all: closestPeer(peerId, others),
      fellows: closestPeer(
        peerId,
        others.filter((peer) => fellows.has(peer))
      )
    }
  }

  /** Whether a pin that was put just now is this peer's to see to, and nobody here is about to. */
  concerns(pin: Pin): boolean {
    const key = keyOfCid(pin.cid)
    if (this.#waiting.has(key) || this.#inHand.has(key)) return false
    const plan = this.#plan(pin)
    return plan.action !== 'none' && this.#isResponsible(pin, plan)
  }

  /**
   * Goes over the pinset, but for the pins that wait: those are looked at again soon, since something may have changed.
   * The caller makes sure that there is one walk at a time.
   */
  async walk(pins: AsyncIterable<Pin>, options: AbortOptions = {}): Promise<void> {
    this.#failed = 0
    this.#reasons = []
    const before = this.#placed
    for (const waiting of this.#waiting.values()) Object.assign(waiting, SOON)
    const pool = new Pool(PARALLEL)
    try {
      for await (const pin of pins) {
        if (this.#waiting.has(keyOfCid(pin.cid)) || this.#plan(pin).action === 'none') continue
        await this.#waitForRoom(options)
        await pool.add(() => this.#handle(pin.cid, options), options)
      }
    } finally {
      await pool.idle()
    }
    this.#summarise(this.#placed - before)
  }

  /**
   * Looks at the pins again that wait for their content: the longer a pin has been waiting in vain, the seldomer. Content
   * may be hours away, and each look asks other peers, which ask their IPFS nodes.
   */
  async recheck(options: AbortOptions = {}): Promise<void> {
    const now = performance.now()
    const pool = new Pool(PARALLEL)
    for (const [key, waiting] of [...this.#waiting]) {
      if (now - waiting.since > STALLED_AFTER) this.#waiting.delete(key)
      else if (isDue(waiting)) await pool.add(() => this.#handle(cidOfKey(key), options), options)
    }
    await pool.idle()
    this.#room.resolve()
    this.#room = Promise.withResolvers<void>()
  }

  async #waitForRoom(options: AbortOptions): Promise<void> {
    while (this.#waiting.size >= this.#concurrency) await abortable(this.#room.promise, options)
  }

  async #handle(cid: CID, options: AbortOptions): Promise<void> {
    const key = keyOfCid(cid)
    this.#inHand.add(key)
    try {
      const pin = await this.#components.consensus.state.get(cid, options)
      if (pin === undefined) this.#waiting.delete(key)
      else await this.#carryOut(pin, this.#plan(pin), options)
    } catch (err) {
      if (options.signal?.aborted !== true) this.#fail(cid, messageOf(err))
    } finally {
      this.#inHand.delete(key)
    }
  }

  async #carryOut(pin: Pin, plan: PinPlan, options: AbortOptions): Promise<void> {
    if (plan.action === 'none') this.#waiting.delete(keyOfCid(pin.cid))
    else if (!this.#isResponsible(pin, plan)) return
    else if (plan.action === 'trim') await this.#trim(pin, this.#copies(pin), options)
    else await this.#allocate(pin, plan, options)
  }

  #plan(pin: Pin): PinPlan {
    const waiting = this.#waiting.get(keyOfCid(pin.cid))
    const rules: PlanRules = {
      standing: (peer) => this.#components.presence.standing(peer, performance.now()),
      repairs: this.#repairs,
      trims: waiting !== undefined || (this.#repairs && this.#isForgotten(pin)),
      ...(waiting !== undefined && waiting.copies > 0 && { copies: waiting.copies })
    }
    return planPin(pin, rules)
  }

  /** Whether a list that is too long is one that nobody is about to shorten. */
  #isForgotten(pin: Pin): boolean {
    const { presence } = this.#components
    const age = Time.now().seconds - pin.timestamp.seconds
    return age * 1000 > SETTLE_TIME || (pin.allocations ?? []).some((peer) => presence.hasReturned(peer))
  }

  /** What a peer of the Go release does too is left to it, if it is the one, until it is overdue. */
  #isResponsible({ cid, allocations }: Pin, plan: PinPlan): boolean {
    const { presence } = this.#components
    const now = performance.now()
    const gone = (allocations ?? []).map((peer) => presence.goneFor(peer, now)).filter((time) => time > 0)
    const isFresh = plan.action === 'allocate' && gone.length > 0 && gone.every((time) => time < OVERDUE_AFTER)
    return isFresh ? this.#isOurs.all(cid) : this.#isOurs.fellows(cid)
  }

  async #allocate(pin: Pin, plan: PinPlan & { action: 'allocate' }, options: AbortOptions): Promise<void> {
    const found = await this.#findPeers(pin, plan.wanted, options)
    if (found.length < plan.needed) {
      if (found.length === 0 && this.#mayGoToMinimum(pin)) return this.#trim(pin, pin.replicationFactorMin, options)
      this.#fail(pin.cid, `not enough peers: ${plan.needed} more are needed, ${found.length} can take it`)
    }
    if (found.length === 0) return
    const listed = pin.allocations ?? []
    const staying = listed.filter((peer) => this.#stays(peer))
    const going = listed.filter((peer) => !staying.includes(peer))
    const copies = this.#copies(pin)
    if (await this.#put(pin, [...staying, ...found, ...going], options)) this.#placed++
    this.#wait(pin.cid, copies)
  }

  /** Peers that can take a pin and are not on its list, the best first. */
  async #findPeers(pin: Pin, wanted: number, options: AbortOptions): Promise<PeerId[]> {
    const { allocator, marks, presence } = this.#components
    const marked = marks.list().map(({ peer }) => peer)
    // The metrics of a peer may outlive its pings.
    const exclude = [...new Set([...(pin.allocations ?? []), ...marked, ...presence.absent()])]
    const request = { ...pin, allocations: [], replicationFactorMin: 1, replicationFactorMax: wanted }
    try {
      return await allocator.allocate({ pin: request, exclude }, options)
    } catch (err) {
      if (err instanceof ClusterError && err.code === 'ERR_NOT_ENOUGH_PEERS') return []
      throw err
    }
  }

  /** Takes peers from the list that can be spared now; the pin waits while there are others. */
  async #trim(pin: Pin, copies: number, options: AbortOptions): Promise<void> {
    const key = keyOfCid(pin.cid)
    const holders = await this.#holders(pin, copies, options)
    const kept = trim(pin, holders, copies)
    const put = kept.length < holders.length && kept.length > 0 ? await this.#put(pin, kept, options) : undefined
    if (put !== undefined) {
      this.#trimmed++
      if (this.#plan(put).action === 'none') {
        this.#waiting.delete(key)
        return
      }
    }
    if (!this.#waiting.has(key)) this.#wait(pin.cid, copies)
  }

  #wait(cid: CID, copies: number): void {
    this.#waiting.set(keyOfCid(cid), { since: performance.now(), copies, ...SOON })
  }

  /**
   * The peers of a pin. Who came last is asked first, since the others will have it; and nobody is asked any more once it
   * is known that no peer can be spared, whatever the rest may say.
   */
  async #holders(pin: Pin, copies: number, options: AbortOptions): Promise<Holder[]> {
    const { presence } = this.#components
    const holders = (pin.allocations ?? []).map((peer): Holder => {
      const standing = presence.standing(peer, performance.now())
      // As if all had it who are to be asked. Nobody counts on one that leaves.
      return { peer, standing, isPinned: standing === 'here' }
    })
    for (const [i, holder] of [...holders.entries()].reverse()) {
      if (trim(pin, holders, copies).length === holders.length) break
      if (holder.isPinned)
        holders[i] = { ...holder, isPinned: await this.#components.hasContent(holder.peer, pin.cid, options) }
    }
    return holders
  }

  /** @returns the new pin; undefined when somebody has been quicker: the next look finds what is to be done now */
  async #put(pin: Pin, allocations: PeerId[], options: AbortOptions): Promise<Pin | undefined> {
    const { consensus } = this.#components
    const current = await consensus.state.get(pin.cid, options)
    if (current === undefined || current.allocations?.join() !== pin.allocations?.join()) return undefined
    this.#log.debug(`repinning ${cidToText(pin.cid)} on ${allocations.join(', ')}`)
    return reallocate(consensus, current, allocations, options)
  }

  #stays(peer: PeerId): boolean {
    const standing = this.#components.presence.standing(peer, performance.now())
    return standing === 'here' || standing === 'away'
  }

  /** Copies that leaving peers leave behind: as many as there were when the pin was first looked at. */
  #copies(pin: Pin): number {
    const before = this.#waiting.get(keyOfCid(pin.cid))?.copies ?? 0
    if (before > 0) return before
    const standings = (pin.allocations ?? []).map((peer) => this.#components.presence.standing(peer, performance.now()))
    const isLeft = standings.includes('leaving')
    return isLeft ? copiesToKeep(pin, standings.filter((standing) => standing !== 'gone').length) : 0
  }

  #mayGoToMinimum({ allocations }: Pin): boolean {
    const { marks, presence } = this.#components
    const leaving = (allocations ?? []).filter((peer) => presence.standing(peer, performance.now()) === 'leaving')
    return leaving.length > 0 && leaving.every((peer) => marks.get(peer)?.toMinimum === true)
  }

  #fail(cid: CID, reason: string): void {
    this.#failed++
    if (this.#reasons.length < LOGGED_FAILURES) this.#reasons.push(`${cidToText(cid)}: ${reason}`)
  }

  #summarise(placed: number): void {
    if (placed > 0 || this.#failed > 0) {
      this.#log.info(
        `gave ${placed} pins to other peers; ${this.#waiting.size} wait for their content, ${this.#failed} have too few copies still`
      )
    }
    for (const reason of this.#reasons) this.#log.warn(reason)
  }
}

/** Counts a look. @returns whether this pin is part of it */
function isDue(waiting: Waiting): boolean {
  if (--waiting.dueIn > 0) return false
  waiting.dueIn = waiting.pause
  waiting.pause = Math.min(2 * waiting.pause, LONGEST_PAUSE)
  return true
}

function never(): boolean {
  return false
}
