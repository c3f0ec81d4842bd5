import type { Libp2p, PeerId, Stream } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { isKnownHash } from '../../dag/hashes.ts'
import {
  BLOCKS_PROTOCOL,
  MAX_DIGEST_SIZE,
  MAX_STREAMS_PER_CONNECTION,
  PAUSE_AFTER_BREAK,
  PAUSE_AFTER_RUBBISH,
  STEP_TIMEOUT
} from './defaults.ts'
import { PeerLink, RubbishError } from './peer-link.ts'
import { BlockServer } from './server.ts'
import type { ServedStore } from './server.ts'

export interface DirectComponents {
  libp2p: Pick<Libp2p, 'handle' | 'unhandle' | 'register' | 'unregister' | 'dialProtocol'>
  store: ServedStore
}

/** Another node that speaks our protocol. */
interface Peer {
  link: PeerLink
  /** It did not have the last block that it was asked for, so others are asked first. */
  lacksSome: boolean
  /** In the time of `performance.now()`. */
  pausedUntil: number
}

/** Fetches blocks from connected nodes of this program, and serves them. */
export class DirectExchange {
  readonly #libp2p: DirectComponents['libp2p']
  readonly #server: BlockServer
  readonly #peers = new Map<string, Peer>()
  #topology: string | undefined

  constructor({ libp2p, store }: DirectComponents) {
    this.#libp2p = libp2p
    this.#server = new BlockServer(store)
  }

  async start(): Promise<void> {
    const limits = { maxInboundStreams: MAX_STREAMS_PER_CONNECTION, maxOutboundStreams: MAX_STREAMS_PER_CONNECTION }
    await this.#libp2p.handle(BLOCKS_PROTOCOL, (stream) => void this.#server.serve(stream), limits)
    this.#topology = await this.#libp2p.register(BLOCKS_PROTOCOL, {
      onConnect: (peer) => this.#add(peer),
      onDisconnect: (peer) => this.#remove(peer)
    })
  }

  async stop(): Promise<void> {
    if (this.#topology !== undefined) this.#libp2p.unregister(this.#topology)
    await this.#libp2p.unhandle(BLOCKS_PROTOCOL)
    for (const { link } of this.#peers.values()) link.close()
    this.#peers.clear()
  }

  /**
   * Asks the connected nodes for a block, one after the other, those first that have the least to do.
   *
   * @returns its bytes, checked; undefined when none of them has it now
   */
  async fetch(cid: CID, signal: AbortSignal): Promise<Uint8Array | undefined> {
    if (!isKnownHash(cid) || cid.multihash.digest.length > MAX_DIGEST_SIZE) return undefined
    const asked = new Set<Peer>()
    for (let peer = this.#choose(asked); peer !== undefined; peer = this.#choose(asked)) {
      asked.add(peer)
      try {
        const bytes = await peer.link.ask(cid, signal)
        peer.lacksSome = bytes === undefined
        if (bytes !== undefined) return bytes
      } catch (err) {
        signal.throwIfAborted()
        const pause = err instanceof RubbishError ? PAUSE_AFTER_RUBBISH : PAUSE_AFTER_BREAK
        peer.pausedUntil = Math.max(peer.pausedUntil, performance.now() + pause)
      }
    }
    return undefined
  }

  #choose(asked: ReadonlySet<Peer>): Peer | undefined {
    const now = performance.now()
    let best: Peer | undefined
    for (const peer of this.#peers.values()) {
      if (asked.has(peer) || peer.pausedUntil > now) continue
      if (best === undefined || isBetter(peer, best)) best = peer
    }
    return best
  }

  #add(peer: PeerId): void {
    const open = (): Promise<Stream> =>
      this.#libp2p.dialProtocol(peer, BLOCKS_PROTOCOL, { signal: AbortSignal.timeout(STEP_TIMEOUT) })
    // A node that comes back is not trusted more than before.
    const pausedUntil = this.#peers.get(peer.toString())?.pausedUntil ?? 0
    this.#remove(peer)
    this.#peers.set(peer.toString(), { link: new PeerLink(open), lacksSome: false, pausedUntil })
  }

  #remove(peer: PeerId): void {
    this.#peers.get(peer.toString())?.link.close()
    this.#peers.delete(peer.toString())
  }
}

function isBetter(one: Peer, other: Peer): boolean {
  return one.lacksSome === other.lacksSome ? one.link.load < other.link.load : other.lacksSome
}
