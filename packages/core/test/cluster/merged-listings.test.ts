import { describe, expect, it } from '@jest/globals'
import type { GlobalPinInfo, PeerId, TrackerStatus } from '@ipfs-cluster/api'
import fc from 'fast-check'
import type { ListedStatus } from '../../src/cluster/listed-status.ts'
import { globalPinInfoIn } from '../../src/cluster/listed-status.ts'
import type { MergedListingsInit } from '../../src/cluster/merged-listings.ts'
import { mergeListings } from '../../src/cluster/merged-listings.ts'
import { decodePin, encodePin, pinKey, pinKeyToCid } from '../../src/codec/index.ts'
import type { ListedPin, PinListing } from '../../src/pintracker/listed-pin.ts'
import { infoOf } from '../../src/pintracker/listed-pin.ts'
import { pinInfo } from '../../src/pintracker/status.ts'
import type { StoredPin } from '../../src/state/interface.ts'
import { collect, OTHER_PEER, PEER, testCid, testPin } from '../pintracker/fakes.ts'

const THIRD_PEER = '12D3KooWG5GFPyrHAH2MziL7Ud8sD6vLJkg2qyV8nbT4BSQuZsi9'
const PEERS = [PEER, OTHER_PEER, THIRD_PEER]

function answererOf(peerId: PeerId): PinListing['answerer'] {
  return { peerId, peername: `name of ${peerId}`, ipfsPeerId: '', ipfsPeerAddresses: [] }
}

function stored(n: number, name = 'a pin'): StoredPin {
  const cid = testCid(n)
  return { key: pinKey(cid), value: encodePin(testPin(cid, { name })) }
}

/** Not the order of the numbers: digits come before letters. */
function byKey(a: number, b: number): number {
  return stored(a).key < stored(b).key ? -1 : 1
}

function atRest(n: number, status: TrackerStatus = 'pinned', name?: string): ListedPin {
  return { ...stored(n, name), status }
}

function underWay(n: number, peer: PeerId): ListedPin {
  const info = pinInfo(testPin(testCid(n), { name: 'a pin' }), answererOf(peer), 'pinning')
  return { key: pinKey(testCid(n)), info }
}

async function* listing(peer: PeerId, ...parts: (readonly ListedPin[] | Error)[]): AsyncGenerator<PinListing> {
  for (const pins of parts) {
    if (pins instanceof Error) throw pins
    yield { answerer: answererOf(peer), pins }
  }
}

async function merged(
  listings: Record<PeerId, AsyncIterable<PinListing>>,
  init: Partial<MergedListingsInit> = {}
): Promise<ListedStatus[]> {
  const batches = mergeListings({
    listings: new Map(Object.entries(listings)),
    peerId: PEER,
    onFailure: () => true,
    failure: (cid, peer, err) => ({
      ...pinInfo(testPin(cid), answererOf(peer), 'cluster_error'),
      error: (err as Error).message
    }),
    isExpectedOn: () => true,
    ...init
  })
  return (await collect(batches)).flat()
}

/** The number of each CID, and what is said of it: `PEER:status`. */
function shown(items: readonly ListedStatus[]): [number, string[]][] {
  return items.map((item) => {
    const { cid, peerMap } = globalPinInfoIn(item)
    const { digest } = cid.multihash
    const told = Object.entries(peerMap).map(([peer, { status }]) => `${PEERS.indexOf(peer)}:${status}`)
    return [new DataView(digest.buffer, digest.byteOffset).getUint32(0), told.sort()]
  })
}

describe('listings of several members', () => {
  it('become one in the order of their keys, however they come', async () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 20 })
    const cuts = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
    const member = fc.tuple(numbers, cuts, fc.constantFrom<TrackerStatus>('pinned', 'remote', 'sharded'), fc.boolean())
    await fc.assert(
      fc.asyncProperty(fc.tuple(member, member, member), async (members) => {
        const model = new Map<number, string[]>()
        const listings = members.map(([held, sizes, status, isUnderWay], i) => {
          const peer = PEERS[i] ?? ''
          const pins = held.sort(byKey).map((n) => {
            model.set(n, [...(model.get(n) ?? []), `${i}:${isUnderWay ? 'pinning' : status}`])
            return isUnderWay ? underWay(n, peer) : atRest(n, status)
          })
          const parts: ListedPin[][] = []
          for (let turn = 0; pins.length > 0; turn++) parts.push(pins.splice(0, sizes[turn % sizes.length]))
          return [peer, listing(peer, ...parts)] as const
        })
        const items = await merged(Object.fromEntries(listings))
        expect(shown(items)).toEqual([...model].sort(([a], [b]) => byKey(a, b)))
      })
    )
  })

  it('keep the pin of each member where they differ', async () => {
    const [item] = await merged({
      [PEER]: listing(PEER, [atRest(1, 'pinned', 'before')]),
      [OTHER_PEER]: listing(OTHER_PEER, [atRest(1, 'remote', 'after')]),
      [THIRD_PEER]: listing(THIRD_PEER, [underWay(1, THIRD_PEER)])
    })
    const names = item?.told.map((told) =>
      told.info === undefined ? decodePin(told.value ?? item.value!).name : told.info.name
    )
    expect(names?.sort()).toEqual(['a pin', 'after', 'before'])
    const { peerMap }: GlobalPinInfo = globalPinInfoIn(item!)
    expect(peerMap[OTHER_PEER]).toEqual(
      expect.objectContaining({ peername: `name of ${OTHER_PEER}`, status: 'remote' })
    )
  })

  it('give late what came out of its order', async () => {
    const items = await merged({
      [PEER]: listing(PEER, [atRest(1), atRest(5), atRest(2)], [atRest(6), atRest(6)]),
      [OTHER_PEER]: listing(OTHER_PEER, [atRest(1), atRest(2), atRest(6)])
    })
    expect(shown(items)).toEqual([
      [1, ['0:pinned', '1:pinned']],
      [2, ['1:pinned']],
      [5, ['0:pinned']],
      [6, ['0:pinned', '1:pinned']],
      [2, ['0:pinned']],
      [6, ['0:pinned']]
    ])
  })

  it('show who fails from there on, also in what only that one could tell', async () => {
    const seen: (string | undefined)[] = []
    const items = await merged(
      {
        [PEER]: listing(PEER, [atRest(1), atRest(4)]),
        [OTHER_PEER]: listing(OTHER_PEER, [atRest(1), atRest(2)], new Error('gone'))
      },
      {
        async *expected(after) {
          seen.push(after)
          yield [3, 4, 5, 6].map((n) => stored(n))
        },
        isExpectedOn: ({ key }, peer) => peer === OTHER_PEER && key !== stored(6).key
      }
    )
    expect(shown(items)).toEqual([
      [1, ['0:pinned', '1:pinned']],
      [2, ['1:pinned']],
      [3, ['1:cluster_error']],
      [4, ['0:pinned', '1:cluster_error']],
      [5, ['1:cluster_error']]
    ])
    expect(seen).toEqual([stored(2).key])
    expect(globalPinInfoIn(items[2]!)).toMatchObject({ name: 'a pin', cid: pinKeyToCid(stored(3).key) })
  })

  it('leave out who is not to be shown, and end with what its failure throws', async () => {
    const listings = (): Record<PeerId, AsyncIterable<PinListing>> => ({
      [PEER]: listing(PEER, [atRest(1)]),
      [OTHER_PEER]: listing(OTHER_PEER, new Error('refused'))
    })
    expect(shown(await merged(listings(), { onFailure: () => false }))).toEqual([[1, ['0:pinned']]])
    const onFailure = (): never => {
      throw new Error('enough')
    }
    await expect(merged(listings(), { onFailure })).rejects.toThrow('enough')
  })

  it('let go of the members when they are left', async () => {
    const left: PeerId[] = []
    async function* watched(peer: PeerId): AsyncGenerator<PinListing> {
      try {
        yield* listing(peer, [atRest(1)], [atRest(2)])
      } finally {
        left.push(peer)
      }
    }
    const init = { onFailure: () => true, failure: () => infoOf(answererOf(PEER), atRest(1)), isExpectedOn: () => true }
    const listings = new Map([PEER, OTHER_PEER].map((peer) => [peer, watched(peer)]))
    for await (const _ of mergeListings({ ...init, peerId: PEER, listings })) break
    await new Promise((resolve) => setImmediate(resolve))
    expect(left.sort()).toEqual([PEER, OTHER_PEER].sort())
  })
})
