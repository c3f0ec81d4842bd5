import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type { PinInfo, TrackerStatus } from '@ipfs-cluster/api'
import { Time, TrackerStatusBits } from '@ipfs-cluster/api'
import { pinKey } from '../../src/codec/index.ts'
import type { Datastore } from '../../src/datastore/index.ts'
import { memoryDatastore } from '../../src/datastore/index.ts'
import { KuboError } from '../../src/ipfs/index.ts'
import { DEFAULT_CONCURRENT_PINS, MAX_OVERFLOW } from '../../src/pintracker/defaults.ts'
import type { PinTrackerEvents, PinTrackerInit } from '../../src/pintracker/index.ts'
import { NOT_PINNED_IN_IPFS } from '../../src/pintracker/index.ts'
import { FULL_QUEUE } from '../../src/pintracker/operation.ts'
import { StatelessTracker } from '../../src/pintracker/tracker.ts'
import { EventBus } from '../../src/util/event-bus.ts'
import { FifoSet } from '../../src/util/fifo-set.ts'
import { nullLogger } from '../../src/util/logger.ts'
import { until } from '../helpers/until.ts'
import { collect, FakeIpfs, FakeState, IPFS_ID, OTHER_PEER, PEER, testCid, testPin } from './fakes.ts'

const DOWN = 'Post "http://127.0.0.1:5001/api/v0/pin/ls": dial tcp 127.0.0.1:5001: connect: connection refused'

let state: FakeState
let ipfs: FakeIpfs
let events: EventBus<PinTrackerEvents>
let tracker: StatelessTracker

function newTracker(init?: PinTrackerInit, datastore?: Datastore): StatelessTracker {
  const ipfsIdentity = (): { id: string; addresses: string[] } => ({ id: IPFS_ID, addresses: [] })
  return new StatelessTracker(
    {
      ...{ logger: nullLogger, peerId: PEER, peername: 'peer0', state, ipfs, ipfsIdentity, events },
      ...(datastore && { datastore })
    },
    init
  )
}

beforeEach(async () => {
  state = new FakeState()
  ipfs = new FakeIpfs()
  events = new EventBus()
  tracker = newTracker()
  await tracker.start()
})

afterEach(async () => {
  await tracker.stop()
})

/** Statuses by the number of the CID. */
async function list(...statuses: TrackerStatus[]): Promise<Record<number, TrackerStatus>> {
  const filter = statuses.reduce((sum, status) => sum + TrackerStatusBits[status], 0)
  return Object.fromEntries((await collect(tracker.statusAll(filter))).map((info) => [numberOf(info), info.status]))
}

function numberOf({ cid }: PinInfo): number {
  return new DataView(cid.bytes.buffer, cid.bytes.byteOffset).getUint32(4)
}

function pin(n: number, fields: Parameters<typeof testPin>[1] = {}): void {
  tracker.track(state.put(testPin(testCid(n), fields)))
}

function unpin(n: number): void {
  state.delete(testCid(n))
  tracker.untrack(testCid(n))
}

async function statusBecomes(n: number, status: TrackerStatus): Promise<PinInfo> {
  await until(`${n} is ${status}`, async () => (await tracker.status(testCid(n))).status === status)
  return tracker.status(testCid(n))
}

describe('a pin', () => {
  it('goes from pin_queued over pinning to pinned, with the times of its phases', async () => {
    await tracker.stop()
    tracker = newTracker({ concurrentPins: 1 })
    await tracker.start()
    ipfs.immediate = false
    const timestamp = new Time(Math.floor(Date.now() / 1000) - 60)
    pin(1, { name: 'one', timestamp, metadata: { a: '1' } })
    pin(2)
    const pinning = await statusBecomes(1, 'pinning')
    expect(pinning).toMatchObject({
      name: 'one',
      peer: PEER,
      peername: 'peer0',
      ipfsPeerId: IPFS_ID,
      allocations: [],
      origins: [],
      created: timestamp,
      metadata: { a: '1' },
      attemptCount: 1,
      priorityPin: true,
      error: ''
    })
    expect(pinning.timestamp.seconds).toBeGreaterThan(timestamp.seconds)
    expect(await tracker.status(testCid(2))).toMatchObject({ status: 'pin_queued', attemptCount: 0, priorityPin: true })
    expect(tracker.queueSize()).toBe(1)
    await until('the call has been made', () => ipfs.isWaiting('pin', testCid(1)))
    ipfs.finish('pin', testCid(1))
    expect(await statusBecomes(1, 'pinned')).toMatchObject({
      timestamp,
      created: timestamp,
      attemptCount: 0,
      priorityPin: false
    })
  })

  it('is an error when the IPFS node says so, and stays one until it is recovered', async () => {
    ipfs.immediate = false
    pin(1)
    await until('the call has been made', () => ipfs.isWaiting('pin', testCid(1)))
    ipfs.finish('pin', testCid(1), new Error('context canceled'))
    expect(await statusBecomes(1, 'pin_error')).toMatchObject({ error: 'context canceled', attemptCount: 1 })
    expect(await list('pin_error')).toEqual({ 1: 'pin_error' })
    expect(await tracker.recover(testCid(1))).toMatchObject({ status: 'pinning', attemptCount: 2, error: '' })
    await until('the call has been made', () => ipfs.isWaiting('pin', testCid(1)))
    ipfs.finish('pin', testCid(1))
    await statusBecomes(1, 'pinned')
  })

  it('is aborted by its unpin', async () => {
    ipfs.immediate = false
    pin(1)
    await until('the call has been made', () => ipfs.isWaiting('pin', testCid(1)))
    unpin(1)
    expect((await tracker.status(testCid(1))).status).toBe('unpin_queued')
    await until('the unpin has been made', () => ipfs.isWaiting('unpin', testCid(1)))
    expect(ipfs.isWaiting('pin', testCid(1))).toBe(false)
    expect((await tracker.status(testCid(1))).status).toBe('unpinning')
    ipfs.finish('unpin', testCid(1))
    expect(await statusBecomes(1, 'unpinned')).toMatchObject({ allocations: null, origins: null, created: Time.ZERO })
  })

  it('takes the options that the pinset has when its turn comes', async () => {
    await tracker.stop()
    tracker = newTracker()
    pin(1)
    pin(1, { mode: 'direct' })
    await tracker.start()
    await statusBecomes(1, 'pinned')
    expect(ipfs.held.get(testCid(1).toString())).toBe('direct')
  })

  it('of other peers is unpinned here, and remote', async () => {
    ipfs.held.set(testCid(1).toString(), 'recursive')
    const elsewhere = { replicationFactorMin: 1, replicationFactorMax: 1, allocations: [OTHER_PEER] }
    pin(1, elsewhere)
    await until('it is unpinned', () => !ipfs.held.has(testCid(1).toString()))
    expect(await tracker.status(testCid(1))).toMatchObject({ status: 'remote', allocations: [OTHER_PEER] })
    pin(2, { ...elsewhere, allocations: [OTHER_PEER, PEER] })
    await statusBecomes(2, 'pinned')
  })

  it('that is sharded is never pinned itself', async () => {
    pin(1, { type: 'meta-pin' })
    expect((await tracker.status(testCid(1))).status).toBe('sharded')
    expect(ipfs.calls).toEqual([])
  })
})

describe('status', () => {
  it('is unexpectedly_unpinned when the IPFS node lost the pin', async () => {
    const { timestamp } = state.put(testPin(testCid(1)))
    expect(await tracker.status(testCid(1))).toMatchObject({
      status: 'unexpectedly_unpinned',
      error: NOT_PINNED_IN_IPFS,
      timestamp
    })
  })

  it('is cluster_error when the IPFS node cannot be asked', async () => {
    const { timestamp } = state.put(testPin(testCid(1), { name: 'one' }))
    ipfs.down = DOWN
    expect(await tracker.status(testCid(1))).toMatchObject({
      status: 'cluster_error',
      error: DOWN,
      name: 'one',
      timestamp
    })
    expect((await tracker.status(testCid(2))).status).toBe('unpinned')
  })

  it('of a pin that failed is its error, though the IPFS node is down', async () => {
    ipfs.down = DOWN
    pin(1)
    expect(await statusBecomes(1, 'pin_error')).toMatchObject({ error: DOWN, attemptCount: 1, priorityPin: true })
  })

  it('of an unpin that failed is its error, though the pinset has it no more', async () => {
    ipfs.down = DOWN
    unpin(1)
    expect(await statusBecomes(1, 'unpin_error')).toMatchObject({ error: DOWN, allocations: [], origins: null })
    ipfs.down = undefined
    await tracker.recover(testCid(1))
    await statusBecomes(1, 'unpinned')
    expect(ipfs.calls.filter((call) => call.startsWith('unpin'))).toHaveLength(2)
  })
})

describe('statusAll', () => {
  beforeEach(async () => {
    const remote = { replicationFactorMin: 1, replicationFactorMax: 1, allocations: [OTHER_PEER] }
    state.put(testPin(testCid(1)))
    state.put(testPin(testCid(2), { mode: 'direct' }))
    state.put(testPin(testCid(3)))
    state.put(testPin(testCid(4), remote))
    state.put(testPin(testCid(5), { type: 'meta-pin' }))
    ipfs.held.set(testCid(1).toString(), 'recursive').set(testCid(2).toString(), 'direct')
    ipfs.immediate = false
    pin(6)
    pin(7)
    unpin(8)
    unpin(9)
    await until('calls wait', () => ipfs.isWaiting('pin', testCid(6)) && ipfs.isWaiting('pin', testCid(7)))
    ipfs.finish('pin', testCid(7), new Error('nobody has it'))
    await until('call waits', () => ipfs.isWaiting('unpin', testCid(8)))
    ipfs.finish('unpin', testCid(8), new Error('disallowed'))
    await until('call waits', () => ipfs.isWaiting('unpin', testCid(9)))
  })

  const ALL = {
    1: 'pinned',
    2: 'pinned',
    3: 'unexpectedly_unpinned',
    4: 'remote',
    5: 'sharded',
    6: 'pinning',
    7: 'pin_error',
    8: 'unpin_error'
  } as const

  it('lists the pinset and the unpins that failed', async () => {
    expect(await list()).toEqual(ALL)
    expect(ipfs.calls).toContain('pins recursive,direct')
  })

  it('goes by the keys, with what is not in the pinset where it would be', async () => {
    for (const n of [0x20000000, 0x40000000, 0x80000000]) state.put(testPin(testCid(n)))
    const keys = (await collect(tracker.statusAll(0))).map(({ cid }) => pinKey(cid))
    expect(keys.slice(0, -1)).toContain(pinKey(testCid(8)))
    expect(keys).toEqual([...keys].sort())
  })

  it.each<[TrackerStatus[], Record<number, TrackerStatus>]>([
    [['pinned'], { 1: 'pinned', 2: 'pinned' }],
    [['unexpectedly_unpinned'], { 3: 'unexpectedly_unpinned' }],
    [['remote', 'sharded'], { 4: 'remote', 5: 'sharded' }],
    [['pinning', 'unpinning'], { 6: 'pinning', 9: 'unpinning' }],
    [['pin_error', 'unpin_error'], { 7: 'pin_error', 8: 'unpin_error' }],
    [['pinned', 'unpinning'], { 1: 'pinned', 2: 'pinned', 9: 'unpinning' }],
    [['pin_queued', 'unpin_queued', 'cluster_error'], {}]
  ])('lists %j only', async (filter, expected) => {
    expect(await list(...filter)).toEqual(expected)
  })

  it('lists the same briefly, and reads no pin for it', async () => {
    const { pin_queued, pinning, pin_error, unpin_error } = TrackerStatusBits
    const filter = pin_queued | pinning | pin_error | unpin_error
    // One after the other: none begins, and is read, because those before it have been silent for a while.
    await tracker.stop()
    tracker = newTracker({ concurrentPins: 1 })
    await tracker.start()
    pin(7)
    unpin(8)
    await until('calls wait', () => ipfs.isWaiting('pin', testCid(7)) && ipfs.isWaiting('unpin', testCid(8)))
    ipfs.finish('pin', testCid(7), new Error('nobody has it'))
    ipfs.finish('unpin', testCid(8), new Error('disallowed'))
    pin(6)
    for (let n = 100; n < 350; n++) pin(n)
    await until('one of them is being pinned', () => ipfs.isWaiting('pin', testCid(6)))
    await statusBecomes(8, 'unpin_error')
    const full = await list('pin_queued', 'pinning', 'pin_error', 'unpin_error')
    const get = jest.spyOn(state, 'get')
    const pins = (await collect(tracker.list(filter, { brief: true }))).flatMap((part) => part.pins)
    expect(get).not.toHaveBeenCalled()
    const brief = pins.flatMap((each) => (each.value === undefined ? [each] : []))
    expect(brief.map(({ key }) => key)).toEqual(brief.map(({ info }) => pinKey(info.cid)))
    expect(Object.fromEntries(brief.map(({ info }) => [numberOf(info), info.status]))).toEqual(full)
    expect(Object.keys(full).length).toBeGreaterThan(250)
  })

  it('asks the IPFS node only where its answer counts', async () => {
    ipfs.down = DOWN
    expect(await list('remote', 'pin_error')).toEqual({ 4: 'remote', 7: 'pin_error' })
    for (const filter of [[], ['pinned'], ['cluster_error']] satisfies TrackerStatus[][]) {
      await expect(list(...filter)).rejects.toThrow(`could not get pinset from IPFS: ${DOWN}`)
    }
  })
})

it('a pin that is made while the IPFS node lists its pins is not taken for missing', async () => {
  ipfs.immediate = false
  pin(1)
  await until('the call has been made', () => ipfs.isWaiting('pin', testCid(1)))
  const listed = (kinds: Parameters<FakeIpfs['pins']>[0]): ReturnType<FakeIpfs['pins']> =>
    FakeIpfs.prototype.pins.call(ipfs, kinds)
  // The node has listed what it holds, and only then is done with the pin.
  ipfs.pins = async function* (kinds) {
    yield* listed(kinds)
    ipfs.finish('pin', testCid(1))
    await until('the pin is done', () => ipfs.held.size === 1 && !ipfs.isWaiting('pin', testCid(1)))
  }
  expect(await list()).toEqual({ 1: 'pinned' })
})

describe('recover', () => {
  it('pins what is missing after a crash', async () => {
    for (const n of [1, 2, 3]) state.put(testPin(testCid(n)))
    ipfs.held.set(testCid(2).toString(), 'recursive')
    const recovered = await collect(tracker.recoverAll())
    expect(recovered.map(numberOf)).toEqual([1, 3])
    for (const n of [1, 2, 3]) await statusBecomes(n, 'pinned')
    expect(await collect(tracker.recoverAll())).toEqual([])
  })

  it('says the place in the queue of each, without a walk along the queue', async () => {
    await tracker.stop()
    tracker = newTracker({ concurrentPins: 1 })
    await tracker.start()
    ipfs.immediate = false
    for (const n of [1, 2, 3, 4]) state.put(testPin(testCid(n)))
    const walks = jest.spyOn(FifoSet.prototype, Symbol.iterator)
    const recovered = await collect(tracker.recoverAll())
    const details = await Promise.all(recovered.map(async ({ cid }) => (await tracker.status(cid)).detail))
    expect(details.map((detail) => detail?.queuePlace).sort()).toEqual([0, 1, 2, 3])
    expect(details.map((detail) => detail?.queueLength).sort()).toEqual([0, 3, 3, 3])
    expect(walks).not.toHaveBeenCalled()
    walks.mockRestore()
  })

  it('leaves direct pins alone', async () => {
    state.put(testPin(testCid(1), { mode: 'direct' }))
    ipfs.held.set(testCid(1).toString(), 'direct')
    expect(await collect(tracker.recoverAll())).toEqual([])
  })

  it('tries again what failed, pins, unpins and what others hold, at once', async () => {
    ipfs.immediate = false
    pin(1)
    unpin(2)
    pin(3, { replicationFactorMin: 1, replicationFactorMax: 1, allocations: [OTHER_PEER] })
    for (const [name, n] of [
      ['pin', 1],
      ['unpin', 2],
      ['unpin', 3]
    ] as const) {
      await until('the call has been made', () => ipfs.isWaiting(name, testCid(n)))
      ipfs.finish(name, testCid(n), new Error('no'))
    }
    await until(
      'all have failed',
      async () => (await tracker.status(testCid(3))).error !== '' || ipfs.calls.length === 3
    )
    await statusBecomes(2, 'unpin_error')
    expect(await collect(tracker.recoverAll({ isAutomatic: true }))).toEqual([])
    expect((await collect(tracker.recoverAll())).map(numberOf)).toEqual([1, 2])
    await until('they are tried again', () => ipfs.isWaiting('pin', testCid(1)) && ipfs.isWaiting('unpin', testCid(2)))
    ipfs.finish('unpin', testCid(2))
    await until('all have been tried again', () => ipfs.calls.filter((call) => /^(un)?pin /.test(call)).length === 6)
  })

  it('gives the state as it is when there is nothing to recover', async () => {
    expect((await tracker.recover(testCid(1))).status).toBe('unpinned')
    expect(ipfs.calls).toEqual([])
  })

  it('fails when the queue is full', async () => {
    await tracker.stop()
    tracker = newTracker({ concurrentPins: 1, maxPinQueueSize: 1 })
    await tracker.start()
    ipfs.immediate = false
    for (const n of [1, 2, 3]) pin(n)
    expect(await tracker.status(testCid(3))).toMatchObject({ status: 'pin_error', error: FULL_QUEUE, attemptCount: 0 })
    await expect(tracker.recover(testCid(3))).rejects.toThrow(FULL_QUEUE)
    await expect(collect(tracker.recoverAll())).rejects.toThrow(`RecoverAll error: ${FULL_QUEUE}`)
  })
})

describe('what the queue has no place for', () => {
  const COUNT = 60

  beforeEach(async () => {
    await tracker.stop()
    tracker = newTracker({ concurrentPins: 1, maxPinQueueSize: 10 })
    await tracker.start()
  })

  /** Ends calls as they come, however few run at once. */
  async function allBecomePinned(count: number = COUNT): Promise<void> {
    await until('all are pinned', () => {
      for (let n = 0; n < COUNT; n++) if (ipfs.isWaiting('pin', testCid(n))) ipfs.finish('pin', testCid(n))
      return ipfs.held.size === count
    })
  }

  it('is pinned when there is room, after one look at what the IPFS node holds', async () => {
    ipfs.immediate = false
    const listed = jest.spyOn(state, 'listStored')
    for (let n = 0; n < COUNT; n++) pin(n)
    await allBecomePinned()
    expect(ipfs.calls.filter((call) => call.startsWith('pin '))).toHaveLength(COUNT)
    expect(ipfs.calls.filter((call) => call.startsWith('pins'))).toEqual(['pins recursive,direct'])
    const starts = listed.mock.calls.map(([options]) => options?.after ?? '')
    expect(starts.length).toBeGreaterThan(2)
    expect(starts).toEqual([...new Set(starts)].sort())
  })

  it('is pinned though a recover ended there', async () => {
    ipfs.immediate = false
    for (let n = 0; n < COUNT; n++) state.put(testPin(testCid(n)))
    await expect(collect(tracker.recoverAll({ isAutomatic: true }))).rejects.toThrow(FULL_QUEUE)
    await allBecomePinned()
  })

  it('is left alone where it is to be pinned no more', async () => {
    ipfs.immediate = false
    for (let n = 0; n < COUNT; n++) pin(n)
    for (let n = 20; n < 40; n++) {
      state.put(testPin(testCid(n), { replicationFactorMin: 1, replicationFactorMax: 1, allocations: [OTHER_PEER] }))
    }
    for (let n = 40; n < COUNT; n++) state.delete(testCid(n))
    await allBecomePinned(20)
    await until('the queue is empty', () => tracker.queueSize() === 0)
    expect([...ipfs.held.keys()].sort()).toEqual(Array.from({ length: 20 }, (_, n) => testCid(n).toString()).sort())
  })

  it('waits for a tracker that is stopped and started', async () => {
    ipfs.immediate = false
    for (let n = 0; n < COUNT; n++) pin(n)
    await tracker.stop()
    await tracker.start()
    await allBecomePinned()
  })
})

describe('the tracker', () => {
  it('tells of every change', async () => {
    const heard: string[] = []
    events.on('pin:status', ({ cid, status, attemptCount }) =>
      heard.push(`${cid.equals(testCid(1))} ${status} ${attemptCount}`)
    )
    pin(1)
    await statusBecomes(1, 'pinned')
    expect(heard).toEqual(['true pin_queued 0', 'true pinning 1', 'true pinned 1'])
  })

  it('aborts its calls when it stops, and starts no more', async () => {
    ipfs.immediate = false
    pin(1)
    await until('the call has been made', () => ipfs.isWaiting('pin', testCid(1)))
    await tracker.stop()
    expect(ipfs.isWaiting('pin', testCid(1))).toBe(false)
    pin(2)
    expect(ipfs.calls).toEqual([`pin ${testCid(1).toString()}`])
    await tracker.stop()
  })
})

describe('while the IPFS node is down', () => {
  it('all that waits shows why, without a call for each, and goes on by itself when it is back', async () => {
    ipfs.down = DOWN
    for (let n = 0; n < 500; n++) pin(n)
    await statusBecomes(499, 'pin_error')
    await statusBecomes(0, 'pin_error')
    expect(await tracker.status(testCid(499))).toMatchObject({ error: DOWN })
    // Those of all slots, and of those that are let in while nobody knows that the node is away.
    expect(ipfs.calls.length).toBeLessThanOrEqual(MAX_OVERFLOW * DEFAULT_CONCURRENT_PINS)
    expect((await tracker.counts()).statuses).toEqual({ pin_error: 500 })
    expect(await tracker.explain(testCid(499))).toMatchObject({ reason: expect.stringContaining('is away since') })
    ipfs.down = undefined
    await until('all are pinned', () => ipfs.held.size === 500)
    await statusBecomes(499, 'pinned')
  })

  it('takes a node that cancels what nobody cancelled for one that stops', async () => {
    ipfs.immediate = false
    pin(1)
    await until('the call has been made', () => ipfs.isWaiting('pin', testCid(1)))
    ipfs.finish('pin', testCid(1), new KuboError('pin/add?arg=x', 200, 'context canceled'))
    await until('it is tried again', () => ipfs.calls.filter((call) => call.startsWith('pin ')).length === 2)
  })
})

describe('explain', () => {
  it('says how far a pin is, what it waits for, and why and until when', async () => {
    await tracker.stop()
    tracker = newTracker({ concurrentPins: 1 })
    await tracker.start()
    ipfs.immediate = false
    for (const n of [1, 2, 3]) pin(n)
    await until('the call has been made', () => ipfs.isWaiting('pin', testCid(1)))
    expect(await tracker.explain(testCid(1))).toMatchObject({ reason: expect.stringContaining('no block has come') })
    ipfs.progress(testCid(1), 7)
    expect(await tracker.explain(testCid(1))).toMatchObject({
      reason: expect.stringContaining('7 blocks so far'),
      blocks: 7
    })
    expect(await tracker.explain(testCid(3))).toMatchObject({
      queuePlace: 2,
      queueLength: 2,
      reason: 'number 2 of 2 that wait'
    })
    ipfs.finish('pin', testCid(1), new Error('no space left on device'))
    await statusBecomes(1, 'pin_error')
    const failed = await tracker.explain(testCid(1))
    expect(failed).toMatchObject({ lastError: 'no space left on device', blocks: 7 })
    const wait = failed.nextTry.toMilliseconds() - Date.now()
    expect(wait).toBeGreaterThan(10_000)
    expect(wait).toBeLessThan(30_001)
    expect((await tracker.status(testCid(1))).detail).toMatchObject({ lastError: 'no space left on device' })
  })

  it('says what is at rest', async () => {
    state.put(testPin(testCid(1)))
    expect((await tracker.explain(testCid(1))).reason).toContain('does not hold it')
    ipfs.held.set(testCid(1).toString(), 'recursive')
    expect((await tracker.explain(testCid(1))).reason).toBe('the IPFS node of this peer holds it')
    expect((await tracker.explain(testCid(2))).reason).toBe('it is not in the pinset')
    expect((await tracker.status(testCid(1))).detail).toBeUndefined()
  })
})

describe('counts', () => {
  it('are those of a listing, without asking the IPFS node again', async () => {
    const remote = { replicationFactorMin: 1, replicationFactorMax: 1, allocations: [OTHER_PEER] }
    for (const n of [1, 2, 3]) state.put(testPin(testCid(n)))
    state.put(testPin(testCid(4), remote))
    state.put(testPin(testCid(5), { type: 'meta-pin' }))
    ipfs.held.set(testCid(1).toString(), 'recursive')
    const { statuses, comparedAt } = await tracker.counts()
    expect(statuses).toEqual({ pinned: 1, unexpectedly_unpinned: 2, remote: 1, sharded: 1 })
    expect(comparedAt.isZero).toBe(false)
    ipfs.immediate = false
    pin(6)
    await collect(tracker.recoverAll())
    const asked = ipfs.calls.length
    expect((await tracker.counts()).statuses).toEqual({ pinned: 1, pinning: 3, remote: 1, sharded: 1 })
    expect(ipfs.calls).toHaveLength(asked)
  })

  it('do not call pinned what nobody could ask for', async () => {
    state.put(testPin(testCid(1)))
    ipfs.down = DOWN
    expect(await tracker.counts()).toMatchObject({ statuses: { cluster_error: 1 }, comparedAt: Time.ZERO })
  })
})

describe('over a restart', () => {
  const datastore = memoryDatastore()
  beforeAll(async () => datastore.open())
  afterAll(async () => datastore.close())
  const restart = async (): Promise<void> => {
    await tracker.stop()
    tracker = newTracker({}, datastore)
    await tracker.start()
  }

  it('what failed keeps its error and the number of tries', async () => {
    await restart()
    ipfs.immediate = false
    for (const n of [1, 2, 3]) pin(n)
    for (const n of [1, 2, 3]) {
      await until('the call has been made', () => ipfs.isWaiting('pin', testCid(n)))
      ipfs.finish('pin', testCid(n), new Error(`nobody has ${n}`))
      await statusBecomes(n, 'pin_error')
    }
    await tracker.recover(testCid(2))
    await until('the call has been made', () => ipfs.isWaiting('pin', testCid(2)))
    ipfs.finish('pin', testCid(2))
    await statusBecomes(2, 'pinned')
    await restart()
    expect(await tracker.status(testCid(1))).toMatchObject({
      status: 'pin_error',
      error: 'nobody has 1',
      attemptCount: 1
    })
    expect(await tracker.status(testCid(2))).toMatchObject({ status: 'pinned' })
    // Unpinned by another program while this one was not running.
    await tracker.stop()
    state.delete(testCid(3))
    await restart()
    expect(await tracker.status(testCid(3))).toMatchObject({ status: 'unpinned' })
    await tracker.recover(testCid(1))
    expect(await tracker.status(testCid(1))).toMatchObject({ status: 'pinning', attemptCount: 2 })
    await until('the call has been made', () => ipfs.isWaiting('pin', testCid(1)))
    ipfs.finish('pin', testCid(1))
    await statusBecomes(1, 'pinned')
    await tracker.stop()
    expect((await Array.fromAsync(datastore.keys({ prefix: '/ts/' }))).flat()).toEqual([])
  })

  it('what cannot be read is passed over', async () => {
    const key = `/ts/status/${pinKey(testCid(1))}`
    for (const value of [
      '',
      '{',
      'null',
      '{"kind":"pin"}',
      '{"kind":"x","attempts":1,"error":"","since":"","retryAt":0}'
    ]) {
      await datastore.put(key, Buffer.from(value))
      await restart()
      expect((await tracker.status(testCid(1))).status).toBe('unpinned')
    }
  })
})
