import type { Peer, PeerStore } from '@libp2p/interface'
import { MAX_RECORDS } from './defaults.ts'

/** Milliseconds after which it is noted again that a peer speaks a protocol, so that the peer is not forgotten. */
const MEMORY = 600_000

/** That a peer speaks a protocol, as libp2p notes it at each stream. */
interface Note {
  /** What was known of the peer then. */
  peer: Peer
  time: number
}

/**
 * Spares libp2p to note at each stream, on both sides, that a peer speaks its protocol: all that is known of the peer is
 * read, decoded, merged, encoded and written for that.
 *
 * @param now - milliseconds since some fixed time
 */
export function noteProtocolsOnce(peerStore: PeerStore, now: () => number): void {
  const merge = peerStore.merge.bind(peerStore)
  const patch = peerStore.patch.bind(peerStore)
  const notes = new Map<string, Map<string, Note>>()

  peerStore.patch = async (id, data, options) => {
    const peer = await patch(id, data, options)
    // It may have taken back what was noted.
    notes.delete(id.toString())
    return peer
  }

  peerStore.merge = async (id, data, options) => {
    const protocol = onlyProtocol(data)
    if (protocol === undefined) return merge(id, data, options)
    const known = notes.get(id.toString())?.get(protocol)
    if (known !== undefined && now() - known.time < MEMORY) return known.peer
    const peer = await merge(id, data, options)
    const ofPeer = notes.get(id.toString()) ?? new Map<string, Note>()
    if (notes.size >= MAX_RECORDS) notes.clear()
    notes.set(id.toString(), ofPeer.set(protocol, { peer, time: now() }))
    return peer
  }
}

function onlyProtocol({ protocols = [], ...others }: Parameters<PeerStore['merge']>[1]): string | undefined {
  return protocols.length === 1 && Object.keys(others).length === 0 ? protocols[0] : undefined
}
