import { describe, expect, it } from '@jest/globals'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Peer, PeerId, PeerStore } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { noteProtocolsOnce } from '../../src/network/thrifty-peer-store.ts'

type Data = Parameters<PeerStore['merge']>[1]

const HOUR = 3_600_000
const SPOKEN = { protocols: ['/test/1.0.0'] }

/** A store that is asked as seldom as may be, and what it was asked to merge in fact. */
function setUp(): { store: PeerStore; merged: Data[]; clock: { time: number } } {
  const merged: Data[] = []
  const clock = { time: 0 }
  const known = (id: PeerId): Peer => ({ id, addresses: [], protocols: [], metadata: new Map(), tags: new Map() })
  const fake: Pick<PeerStore, 'merge' | 'patch'> = {
    merge: async (id, data) => {
      merged.push(data)
      return known(id)
    },
    patch: async (id) => known(id)
  }
  const store = fake as PeerStore
  noteProtocolsOnce(store, () => clock.time)
  return { store, merged, clock }
}

async function somebody(): Promise<PeerId> {
  return peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
}

describe('noteProtocolsOnce', () => {
  it('notes once that a peer speaks a protocol, and again after a while', async () => {
    const { store, merged, clock } = setUp()
    const [one, other] = [await somebody(), await somebody()]
    const first = await store.merge(one, SPOKEN)
    expect(await store.merge(one, SPOKEN)).toBe(first)
    await store.merge(other, SPOKEN)
    await store.merge(one, { protocols: ['/other/1.0.0'] })
    await store.merge(one, SPOKEN)
    expect(merged).toEqual([SPOKEN, SPOKEN, { protocols: ['/other/1.0.0'] }])
    clock.time = HOUR
    await store.merge(one, SPOKEN)
    expect(merged).toHaveLength(4)
  })

  it('notes everything else each time', async () => {
    const { store, merged } = setUp()
    const peer = await somebody()
    const others: Data[] = [{ protocols: ['/a', '/b'] }, { ...SPOKEN, addresses: [] }, { tags: {} }, {}]
    for (const data of [...others, ...others]) await store.merge(peer, data)
    expect(merged).toHaveLength(8)
  })

  it('notes again what may have been taken back', async () => {
    const { store, merged } = setUp()
    const peer = await somebody()
    await store.merge(peer, SPOKEN)
    await store.patch(peer, { protocols: [] })
    await store.merge(peer, SPOKEN)
    expect(merged).toEqual([SPOKEN, SPOKEN])
  })
})
