import { describe, expect, it } from '@jest/globals'
import type { PeerId, Pin, PinInfo, TrackerStatus } from '@ipfs-cluster/api'
import { encodeGlobalPinInfoLine, pinInfoToJSON, stringify, Time } from '@ipfs-cluster/api'
import fc from 'fast-check'
import { globalPinInfoIn } from '../../src/cluster/listed-status.ts'
import { mergeListings } from '../../src/cluster/merged-listings.ts'
import { reportedListing, REPORTS } from '../../src/cluster/reported-pins.ts'
import { decodePin, encodePin, msgpack, peerIdToBytes, pinKey } from '../../src/codec/index.ts'
import type { PinListing } from '../../src/pintracker/index.ts'
import { pinInfo, restInfo } from '../../src/pintracker/status.ts'
import { multiaddrs, storedPins } from '../codec/arbitraries.ts'
import { fromHex, readVectors } from '../codec/vectors.ts'
import { collect, IPFS_ID, OTHER_PEER, PEER, testCid, testPin } from '../pintracker/fakes.ts'

const ANSWERER = { peerId: OTHER_PEER, peername: 'näme', ipfsPeerId: IPFS_ID, ipfsPeerAddresses: [] as string[] }
const SECOND = Time.parse('2026-11-21T08:55:10Z')

function encode(info: PinInfo): Uint8Array {
  return msgpack.encodeMsgpack(msgpack.pinInfoMsgpack, info)
}

/** What a peer of the Go release sends, through the bytes of the wire. */
function reported(infos: readonly Uint8Array[], peer: PeerId = OTHER_PEER): AsyncGenerator<PinListing> {
  async function* parts(): AsyncGenerator<readonly Uint8Array[]> {
    for (let i = 0; i < infos.length; i += 3) {
      yield infos.slice(i, i + 3).map((bytes) => msgpack.decodeMsgpack(REPORTS.reply, bytes))
    }
  }
  return reportedListing(peer, parts())
}

async function* fully(infos: readonly PinInfo[]): AsyncGenerator<PinListing> {
  for (const info of infos) yield { answerer: ANSWERER, pins: [{ key: pinKey(info.cid), info }] }
}

async function* own(pins: readonly Pin[]): AsyncGenerator<PinListing> {
  const answerer = { ...ANSWERER, peerId: PEER }
  for (const pin of pins) {
    yield { answerer, pins: [{ key: pinKey(pin.cid), value: encodePin(pin), status: 'pinned' }] }
  }
}

/** The lines of a list of this peer and another one. */
async function merged(pins: readonly Pin[], other: AsyncIterable<PinListing>): Promise<string[]> {
  const batches = mergeListings({
    peerId: PEER,
    listings: new Map([
      [PEER, own(pins)],
      [OTHER_PEER, other]
    ]),
    onFailure: (_peer, err) => {
      throw err
    },
    failure: (cid) => pinInfo(testPin(cid), ANSWERER, 'cluster_error'),
    isExpectedOn: () => true
  })
  return (await collect(batches)).flat().map((item) => encodeGlobalPinInfoLine(globalPinInfoIn(item)))
}

function atRest(n: number, fields: Partial<PinInfo> = {}): PinInfo {
  return { ...restInfo(testPin(testCid(n), { name: 'a pin', timestamp: SECOND }), ANSWERER, 'pinned'), ...fields }
}

const infoText = (info: PinInfo): string => stringify(pinInfoToJSON(info))

describe('pins that a peer of the Go release reports', () => {
  it('are what they say when they are read in full', async () => {
    const infos = fc
      .record({
        pin: storedPins,
        status: fc.constantFrom<TrackerStatus>('pinned', 'remote', 'sharded', 'pin_error', 'unexpectedly_unpinned'),
        error: fc.constantFrom('', '', 'no space'),
        attemptCount: fc.constantFrom(0, 0, 2),
        ipfsPeerAddresses: fc.array(multiaddrs, { maxLength: 2 }),
        peername: fc.constantFrom('a', 'b')
      })
      .map(({ pin, ...said }): PinInfo => {
        const timestamp = pin.timestamp.isZero ? pin.timestamp : new Time(pin.timestamp.seconds, 0, 0)
        return { ...pinInfo({ ...pin, timestamp }, ANSWERER, said.status), ...said }
      })
    await fc.assert(
      fc.asyncProperty(fc.array(infos, { maxLength: 10 }), async (all) => {
        const parts = await collect(reported(all.map(encode)))
        const pins = parts.flatMap(({ answerer, pins: part }) => part.map((pin) => ({ answerer, pin })))
        expect(pins.map(({ pin }) => pin.key)).toEqual(all.map(({ cid }) => pinKey(cid)))
        for (const [i, { answerer, pin }] of pins.entries()) {
          if (pin.value !== undefined) throw new TypeError('it is not stored here')
          const info = all[i]!
          expect(infoText(pin.info)).toBe(infoText(info))
          if (pin.rest === undefined) continue
          expect([info.error, info.attemptCount, info.status]).toEqual(['', 0, pin.rest.status])
          expect(pin.rest.timestamp).toBe(info.timestamp.seconds)
          expect(answerer).toMatchObject({ peername: info.peername, ipfsPeerAddresses: info.ipfsPeerAddresses })
        }
      })
    )
  })

  it('are at rest unless there is more to say', async () => {
    const cases: Partial<PinInfo>[] = [
      {},
      { status: 'remote' },
      { status: 'pinning' },
      { error: 'no space' },
      { attemptCount: 1 },
      { priorityPin: true },
      { timestamp: Time.ZERO },
      { timestamp: new Time(1, 5, 0) },
      { peer: PEER }
    ]
    const parts = await collect(reported(cases.map((fields) => encode(atRest(1, fields)))))
    const rests = parts.flatMap(({ pins }) => pins.map((pin) => (pin.value === undefined ? pin.rest : pin)))
    expect(rests.map((rest) => rest?.status)).toEqual(['pinned', 'remote', ...Array<undefined>(7).fill(undefined)])
  })

  it('are listed as if they had been read in full, also where the pin is another one here', async () => {
    const item = fc.record({
      pin: storedPins,
      isSame: fc.boolean(),
      isHere: fc.boolean(),
      status: fc.constantFrom<TrackerStatus>('pinned', 'remote', 'pin_error')
    })
    const items = fc.uniqueArray(item, { maxLength: 8, selector: ({ pin }) => pinKey(pin.cid) })
    await fc.assert(
      fc.asyncProperty(items, async (all) => {
        const sorted = all
          .map((each) => ({ ...each, pin: decodePin(encodePin(each.pin), each.pin.cid) }))
          .sort((a, b) => (pinKey(a.pin.cid) < pinKey(b.pin.cid) ? -1 : 1))
        const here = sorted.filter(({ isHere }) => isHere).map(({ pin }) => pin)
        const infos = sorted.map(({ pin, isSame, status }) => {
          const seconds = pin.timestamp.isZero ? 5 : pin.timestamp.seconds + (isSame ? 0 : 1)
          return restInfo({ ...pin, timestamp: new Time(seconds, 0, 0) }, ANSWERER, status)
        })
        expect(await merged(here, reported(infos.map(encode)))).toEqual(await merged(here, fully(infos)))
      })
    )
  })

  it('tell who answers by one object as long as it is the same', async () => {
    const names = ['a', 'a', 'b', 'b', 'b', 'a']
    const parts = await collect(reported(names.map((peername, i) => encode(atRest(i, { peername })))))
    expect(parts.map(({ answerer, pins }) => [answerer.peername, pins.length])).toEqual([
      ['a', 2],
      ['b', 1],
      ['b', 2],
      ['a', 1]
    ])
    expect(parts[2]?.answerer).toBe(parts[1]?.answerer)
  })

  it('show an error where one turns out to be malformed', async () => {
    const bad = Buffer.from(encode(atRest(2, { allocations: [PEER] })))
    const peer = peerIdToBytes(PEER)
    bad[bad.indexOf(peer)] = 0xff
    const lines = await merged([], reported([encode(atRest(1)), new Uint8Array(bad)]))
    const statuses = lines.map((line) => /"status":"(\w+)"/.exec(line)?.[1])
    expect(statuses.sort()).toEqual(['cluster_error', 'pinned'])
    await expect(collect(reported([Uint8Array.of(0x81, 0xa1, 0x63)]))).rejects.toMatchObject({
      code: 'ERR_BAD_ENCODING'
    })
  })

  it('are at rest as the Go release says so', async () => {
    // Of a peer that was asked for all of its pins.
    const hex =
      '8ca163da0024015512201bf97fa34f8d867519c6bca758e2d9a9aca6cbe08d6b1178f5ff4c1f420c2aaca16da570696e2030' +
      'a170da00260024080112204e7a0f705ee515ac81aa305a0bccb73d78e7e3387b9dea43424f6ea5eb7447d4a16f90a16790a174' +
      'a46b015c6ea26d6481a16ba130a2706ea57065657231a169da0026002408011220a3986cc4209b4bcc78c4496920aaf3b3b4db' +
      'fa78f4645e0d8675389fd47d016fa2737410a27473a46b015c6ea165a0'
    const info = msgpack.decodeMsgpack(msgpack.pinInfoMsgpack, fromHex(hex))
    const [part] = await collect(reported([fromHex(hex)], info.peer))
    expect(part?.answerer).toMatchObject({ peername: 'peer1', ipfsPeerId: info.ipfsPeerId })
    const rest = { status: 'pinned', timestamp: Date.parse('2026-11-21T08:55:10Z') / 1000 }
    expect(part?.pins).toMatchObject([{ key: pinKey(info.cid), rest }])
  })

  it('are read as the Go release writes them', async () => {
    const vectors = readVectors('msgpack_types.json').filter(({ go_type }) => go_type === 'api.PinInfo')
    expect(vectors.length).toBeGreaterThan(0)
    for (const { hex = '' } of vectors) {
      const info = msgpack.decodeMsgpack(msgpack.pinInfoMsgpack, fromHex(hex))
      const [part] = await collect(reported([fromHex(hex)], info.peer === '' ? OTHER_PEER : info.peer))
      const pin = part?.pins[0]
      if (pin === undefined || pin.value !== undefined) throw new TypeError('it is not stored here')
      expect(infoText(pin.info)).toBe(infoText(info))
    }
  })
})
