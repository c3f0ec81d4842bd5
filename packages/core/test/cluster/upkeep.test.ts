import { afterEach, expect, it } from '@jest/globals'
import { cidToText, defaultPinOptions, Time } from '@ipfs-cluster/api'
import { CHANGES_AT_ONCE } from '../../src/cluster/defaults.ts'
import { OTHER_PEER, testCid, testPin } from '../pintracker/fakes.ts'
import { TestPeer } from './fakes.ts'
import { until } from '../helpers/until.ts'

let peer: TestPeer

async function start(init: ConstructorParameters<typeof TestPeer>[0] = {}): Promise<TestPeer> {
  peer = new TestPeer(init)
  const { consensus, events, tracker } = peer
  consensus.hooks = {
    onPut: (pin) => {
      tracker.track(pin)
      events.emit('pin:put', { pin })
    },
    onDelete: (cid) => tracker.untrack(cid)
  }
  await peer.start()
  peer.ipfs.up()
  await peer.cluster.ready()
  return peer
}

afterEach(async () => {
  await peer.stop()
})

function inSeconds(seconds: number): Time {
  return new Time(Math.floor(Date.now() / 1000) + seconds)
}

/** As another peer would, so that nothing is checked here, and nothing takes time. */
function put(n: number, expireAt: Time): void {
  const pin = peer.consensus.state.put(testPin(testCid(n), { expireAt }))
  peer.events.emit('pin:put', { pin })
}

it('a pin goes in the second in which it expires, long before the next walk over the pinset', async () => {
  await start()
  const expireAt = inSeconds(2)
  put(1, expireAt)
  put(2, inSeconds(3600))
  await until('it is gone', async () => (await peer.cluster.state.count()) === 1)
  expect(Date.now()).toBeGreaterThanOrEqual(expireAt.seconds * 1000)
  expect(peer.lines.some((line) => line.startsWith(`Unpinning ${cidToText(testCid(1))}: pin expired at`))).toBe(true)
})

it('a peer that the others have taken out says so once, and has no use for its pinset', async () => {
  await start({ init: { peerWatchInterval: 5, leaveOnShutdown: true } })
  const told: unknown[] = []
  peer.events.on('removed', (event) => told.push(event))
  peer.consensus.members = [OTHER_PEER]
  await until('it is told', () => told.length > 0)
  await peer.stop()
  expect(told).toEqual([{ peerId: peer.cluster.peerId }])
  expect(peer.cluster.hasLeft).toBe(true)
  expect(peer.lines).not.toContain('attempting to leave the cluster. This may take some seconds')
})

it('pins from before the start are known from the first walk', async () => {
  peer = new TestPeer()
  peer.consensus.state.put(testPin(testCid(1), { expireAt: inSeconds(2) }))
  await peer.start()
  peer.ipfs.up()
  await peer.cluster.ready()
  await until('it is gone', async () => (await peer.cluster.state.count()) === 0)
})

it('pins that expire together are unpinned together, be it in their second or on a walk', async () => {
  peer = new TestPeer()
  const { consensus } = peer
  const unpin = consensus.logUnpin.bind(consensus)
  const waiting: (() => void)[] = []
  consensus.logUnpin = async (pin) => {
    await new Promise<void>((resolve) => waiting.push(resolve))
    await unpin(pin)
  }
  for (let n = 1; n <= 10; n++) consensus.state.put(testPin(testCid(n), { expireAt: inSeconds(-5) }))
  for (let n = 11; n <= 20; n++) consensus.state.put(testPin(testCid(n), { expireAt: inSeconds(2) }))
  await peer.start()
  peer.ipfs.up()
  await until('all are being unpinned', () => waiting.length === 20)
  for (const each of waiting) each()
  await until('all are gone', async () => (await peer.cluster.state.count()) === 0)
})

it('a pin that has been given more time stays', async () => {
  await start()
  put(1, inSeconds(1))
  put(1, inSeconds(3600))
  put(2, inSeconds(2))
  await until('the other one is gone', async () => !(await peer.cluster.state.has(testCid(2))))
  expect(await peer.cluster.state.has(testCid(1))).toBe(true)
})

it('a pin that is given more time while it is being unpinned stays', async () => {
  await start()
  const { consensus } = peer
  const unpin = consensus.logUnpin.bind(consensus)
  const asked = Promise.withResolvers<void>()
  consensus.logUnpin = async (pin, options) => {
    consensus.state.put(testPin(testCid(1), { expireAt: inSeconds(3600) }))
    await unpin(pin, options)
    asked.resolve()
  }
  put(1, inSeconds(2))
  await asked.promise
  expect(await peer.cluster.state.has(testCid(1))).toBe(true)
})

it('a pin is left to the peer that is closest to it', async () => {
  await start()
  peer.consensus.members = [peer.cluster.peerId, OTHER_PEER]
  for (let n = 1; n <= 20; n++) put(n, inSeconds(2))
  await until('the own ones are gone', async () => (await peer.cluster.state.count()) < 20)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(await peer.cluster.state.count()).toBeGreaterThan(0)
})

it('a peer that is drained or under maintenance gets no new pins; only the drained one loses those it has', async () => {
  await start()
  await until('all metrics are there', () => peer.cluster.metricNames().length === 4)
  const own = peer.cluster.peerId
  const once = { ...defaultPinOptions(), replicationFactorMin: 1, replicationFactorMax: 1 }
  const refusal = { code: 'ERR_NOT_ENOUGH_PEERS' }
  await peer.cluster.pin(testCid(1), once)
  await peer.cluster.repair.setMaintenance(own)
  expect((await peer.cluster.pin(testCid(1), { ...once, name: 'again' })).allocations).toEqual([own])
  peer.consensus.state.put(testPin(testCid(3), { ...once, allocations: [OTHER_PEER] }))
  await peer.cluster.repair.setMaintenance(OTHER_PEER)
  expect((await peer.cluster.pin(testCid(3), { ...once, name: 'away' })).allocations).toEqual([OTHER_PEER])
  await expect(peer.cluster.pin(testCid(2), once)).rejects.toMatchObject(refusal)
  await peer.cluster.repair.drain(own)
  await expect(peer.cluster.pin(testCid(1), once)).rejects.toMatchObject(refusal)
  await peer.cluster.repair.clearMark(own)
  expect((await peer.cluster.pin(testCid(2), once)).allocations).toEqual([own])
})

it('what is taken out or changed while the pins of a peer go to others stays so', async () => {
  await start({ init: { disableRepinning: false } })
  await until('all metrics are there', () => peer.cluster.metricNames().length === 4)
  const { consensus } = peer
  const { state } = consensus
  const log = consensus.logPin.bind(consensus)
  const isReleased = Promise.withResolvers<void>()
  const waiting: string[] = []
  consensus.logPin = async (pin) => {
    waiting.push(pin.cid.toString())
    await isReleased.promise
    await log(pin)
  }
  const once = { replicationFactorMin: 1, replicationFactorMax: 1 }
  const cids = Array.from({ length: CHANGES_AT_ONCE + 10 }, (_, n) => testCid(n))
  for (const cid of cids) state.put(testPin(cid, { ...once, allocations: [OTHER_PEER] }))
  const removal = peer.cluster.peerRemove(OTHER_PEER)
  await until('as many as may be are being moved', () => waiting.length === CHANGES_AT_ONCE)
  const later = cids.filter((cid) => !waiting.includes(cid.toString()))
  const [gone, renamed] = later
  if (gone === undefined || renamed === undefined) throw new Error('all are being moved')
  state.delete(gone)
  state.put(testPin(renamed, { ...once, allocations: [OTHER_PEER], name: 'new' }))
  isReleased.resolve()
  await expect(removal).rejects.toThrow('cannot remove peers')
  expect(await state.has(gone)).toBe(false)
  expect(await state.get(renamed)).toMatchObject({ name: 'new', allocations: [peer.cluster.peerId] })
  expect(waiting).toHaveLength(cids.length - 1)
})
