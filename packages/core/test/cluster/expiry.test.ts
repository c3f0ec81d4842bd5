import { afterEach, expect, it } from '@jest/globals'
import { cidToText, defaultPinOptions, Time } from '@ipfs-cluster/api'
import { OTHER_PEER, testCid, testPin, until } from '../pintracker/fakes.ts'
import { TestPeer } from './fakes.ts'

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

it('a pin goes in the second in which it expires, long before the next walk over the pinset', async () => {
  await start()
  const expireAt = inSeconds(2)
  await peer.cluster.pin(testCid(1), { ...defaultPinOptions(), expireAt })
  await peer.cluster.pin(testCid(2), { ...defaultPinOptions(), expireAt: inSeconds(3600) })
  await until('it is gone', async () => (await peer.cluster.state.count()) === 1)
  const late = Date.now() - expireAt.seconds * 1000
  expect(late).toBeGreaterThanOrEqual(0)
  expect(late).toBeLessThan(1000)
  expect(peer.lines.some((line) => line.startsWith(`Unpinning ${cidToText(testCid(1))}: pin expired at`))).toBe(true)
})

it('pins from before the start are known from the first walk', async () => {
  peer = new TestPeer()
  peer.consensus.state.put(testPin(testCid(1), { expireAt: inSeconds(2) }))
  await peer.start()
  peer.ipfs.up()
  await peer.cluster.ready()
  await until('it is gone', async () => (await peer.cluster.state.count()) === 0)
})

it('a pin that has been given more time stays', async () => {
  await start()
  await peer.cluster.pin(testCid(1), { ...defaultPinOptions(), expireAt: inSeconds(1) })
  await peer.cluster.pin(testCid(1), { ...defaultPinOptions(), expireAt: inSeconds(3600) })
  await peer.cluster.pin(testCid(2), { ...defaultPinOptions(), expireAt: inSeconds(2) })
  await until('the other one is gone', async () => !(await peer.cluster.state.has(testCid(2))))
  expect(await peer.cluster.state.has(testCid(1))).toBe(true)
})

it('a pin is left to the peer that is closest to it', async () => {
  await start()
  peer.consensus.members = [peer.cluster.peerId, OTHER_PEER]
  const expireAt = inSeconds(2)
  for (let n = 1; n <= 20; n++) await peer.cluster.pin(testCid(n), { ...defaultPinOptions(), expireAt })
  await until('the own ones are gone', async () => (await peer.cluster.state.count()) < 20)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(await peer.cluster.state.count()).toBeGreaterThan(0)
})
