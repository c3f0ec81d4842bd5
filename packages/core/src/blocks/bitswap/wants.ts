import type { PeerId } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import { blockIdOf } from '../block-id.ts'
import type { BlockId } from '../block-id.ts'
import { ASK_AGAIN_DELAY, BLOCK_PATIENCE, HEDGE_DELAY } from './defaults.ts'
import type { WantEntry, WantKind } from './message.ts'

/** Something to be sent to a peer. */
export interface Ask {
  readonly peer: PeerId
  readonly entry: WantEntry
}

/** How far a peer is with a want: asked, said that it has the block, said that it has not. */
type Standing = 'asked' | 'has' | 'has not'

interface Want {
  readonly cid: CID
  readonly peers: Map<PeerId, Standing>
  /** Who is to send the block, and since when. */
  sender: { readonly peer: PeerId; readonly since: number } | undefined
  /** Everybody was asked, and when. Before, only the peer that gave the last block was. */
  askedAllAt: number | undefined
}

/**
 * Decides whom to ask for blocks. Whoever gave the last block probably has the next one, so that peer is asked alone at
 * first; if it does not have it or takes long, everybody else is asked whether they have it, and one of those who say so
 * for the block. Times are given from outside, in milliseconds; what is to be sent is returned.
 */
export class Wants {
  readonly #wants = new Map<BlockId, Want>()
  readonly #peers = new Set<PeerId>()
  #lastGiver: PeerId | undefined

  get size(): number {
    return this.#wants.size
  }

  has(id: BlockId): boolean {
    return this.#wants.has(id)
  }

  add(cid: CID, now: number): Ask[] {
    const id = blockIdOf(cid)
    if (this.#wants.has(id)) return []
    const want: Want = { cid, peers: new Map(), sender: undefined, askedAllAt: undefined }
    this.#wants.set(id, want)
    const giver = this.#lastGiver
    return giver === undefined ? this.#askAll(want, now) : [this.#askBlock(want, giver, now)]
  }

  /** The block came, or nobody waits for it any more. @returns what tells others not to send it */
  remove(id: BlockId, giver?: PeerId): Ask[] {
    const want = this.#wants.get(id)
    if (want === undefined) return []
    this.#wants.delete(id)
    if (giver !== undefined && this.#peers.has(giver)) this.#lastGiver = giver
    const asked = [...want.peers].filter(([peer, standing]) => peer !== giver && standing !== 'has not')
    return asked.map(([peer]) => ask(peer, want, 'block', true))
  }

  /** A peer that was connected before is asked anew: it may have forgotten what it was asked. */
  connected(peer: PeerId, now: number): Ask[] {
    this.#peers.add(peer)
    const asks: Ask[] = []
    for (const want of this.#wants.values()) {
      if (want.sender?.peer === peer) asks.push(this.#askBlock(want, peer, now))
      else if (want.askedAllAt !== undefined) asks.push(this.#askPresence(want, peer))
    }
    return asks
  }

  disconnected(peer: PeerId, now: number): Ask[] {
    this.#peers.delete(peer)
    if (this.#lastGiver === peer) this.#lastGiver = undefined
    return [...this.#wants.values()].flatMap((want) => {
      want.peers.delete(peer)
      return want.sender?.peer === peer ? this.#askNext(want, now) : []
    })
  }

  /** A peer says whether it has a block. */
  heard(peer: PeerId, id: BlockId, isThere: boolean, now: number): Ask[] {
    const want = this.#wants.get(id)
    if (want?.peers.has(peer) !== true) return []
    want.peers.set(peer, isThere ? 'has' : 'has not')
    if (!isThere) return want.sender?.peer === peer ? this.#askNext(want, now) : []
    const isSenderQuick = want.sender !== undefined && now - want.sender.since < HEDGE_DELAY
    return isSenderQuick || want.sender?.peer === peer ? [] : [this.#askBlock(want, peer, now)]
  }

  /** To be called now and then while there are wants. */
  tick(now: number): Ask[] {
    return [...this.#wants.values()].flatMap((want) => this.#tickWant(want, now))
  }

  #tickWant(want: Want, now: number): Ask[] {
    const { sender, askedAllAt } = want
    if (askedAllAt === undefined) {
      return sender === undefined || now - sender.since >= HEDGE_DELAY ? this.#askAll(want, now) : []
    }
    if (sender !== undefined && now - sender.since >= BLOCK_PATIENCE) {
      want.peers.set(sender.peer, 'asked')
      return this.#askNext(want, now)
    }
    if (sender !== undefined || now - askedAllAt < ASK_AGAIN_DELAY) return []
    want.peers.clear()
    return this.#askAll(want, now)
  }

  /** The sender failed: asks another one that has the block or, if nobody is known to have it, everybody. */
  #askNext(want: Want, now: number): Ask[] {
    want.sender = undefined
    for (const [peer, standing] of want.peers) if (standing === 'has') return [this.#askBlock(want, peer, now)]
    return want.askedAllAt === undefined ? this.#askAll(want, now) : []
  }

  #askAll(want: Want, now: number): Ask[] {
    want.askedAllAt = now
    const others = [...this.#peers].filter((peer) => !want.peers.has(peer))
    const [only] = others
    if (others.length === 1 && only !== undefined && want.sender === undefined) return [this.#askBlock(want, only, now)]
    return others.map((peer) => this.#askPresence(want, peer))
  }

  #askPresence(want: Want, peer: PeerId): Ask {
    want.peers.set(peer, 'asked')
    return ask(peer, want, 'have')
  }

  #askBlock(want: Want, peer: PeerId, now: number): Ask {
    want.peers.set(peer, 'asked')
    want.sender = { peer, since: now }
    return ask(peer, want, 'block')
  }
}

function ask(peer: PeerId, { cid }: Want, kind: WantKind, cancel: boolean = false): Ask {
  return { peer, entry: { cid, kind, cancel, sendDontHave: !cancel } }
}
