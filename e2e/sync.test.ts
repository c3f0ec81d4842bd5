import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { rawCid } from './harness/cids.ts'
import { temporaryFolder } from './harness/folder.ts'
import type { MockIpfs } from './harness/mock-ipfs.ts'
import { startMockIpfs } from './harness/mock-ipfs.ts'
import { Peer } from './harness/peer.ts'
import { until } from './harness/until.ts'

/** Pins that there are before anybody joins, and of those as many deltas as clients at a time allow. */
const PINS = 5000
const CLIENTS = 4

describe('a peer that has much to catch up with', () => {
  const folders = Array.from({ length: 2 }, temporaryFolder)
  const secret = randomBytes(32).toString('hex')
  let ipfs: MockIpfs
  let full: Peer
  let fresh: Peer

  beforeAll(async () => {
    ipfs = await startMockIpfs()
    const env = { CLUSTER_SECRET: secret, CLUSTER_MONITORPINGINTERVAL: '2s' }
    full = await Peer.init({ folder: folders[0]?.path ?? '', ipfsPort: ipfs.port, env })
    fresh = await Peer.init({ folder: folders[1]?.path ?? '', ipfsPort: ipfs.port, env })
    await full.start()
    await pin(full, 0, PINS)
  }, 180_000)
  afterAll(async () => {
    await Promise.allSettled([full.kill(), fresh.kill()])
    await ipfs.stop()
    for (const folder of folders) folder[Symbol.dispose]()
  })

  it('goes on where it was when it is killed in the middle, again and again', async () => {
    const join = (): Promise<void> => fresh.start('rest', ['--bootstrap', full.swarmAddress])
    let last = 0
    for (let kills = 0; kills < 3 && last < PINS; kills++) {
      await join()
      await until(async () => (await count(fresh)) > last)
      await fresh.kill()
      await join()
      const kept = await count(fresh)
      // What was merged is not merged again: a pinset only grows.
      expect(kept).toBeGreaterThanOrEqual(last)
      last = kept
      await fresh.kill()
    }
    await join()
    await until(async () => (await count(fresh)) === PINS)
    expect(await pinset(fresh)).toEqual(await pinset(full))
  }, 120_000)

  it('has all that was pinned while it was away, and says so', async () => {
    await fresh.kill()
    await pin(full, PINS, 2 * PINS)
    await fresh.start('rest', ['--bootstrap', full.swarmAddress])
    await until(async () => (await count(fresh)) === 2 * PINS)
    await fresh.daemon.waitFor(/took in \d+ changes of other peers .* nothing is missing: 10000 pins/)
  }, 240_000)
})

async function pin(peer: Peer, from: number, to: number): Promise<void> {
  let next = from
  const client = async (): Promise<void> => {
    while (next < to) {
      const answer = await fetch(`${peer.rest}/pins/${rawCid(`pin ${next++}`).toString()}`, { method: 'POST' })
      await answer.arrayBuffer()
      expect(answer.status).toBe(200)
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
}

/** How many pins a peer has; none when it cannot be asked. */
async function count(peer: Peer): Promise<number> {
  try {
    const text = await (await fetch(`${peer.rest}/allocations`)).text()
    return text.split('\n').filter((line) => line !== '').length
  } catch {
    return 0
  }
}

/** What the pinset is, in the order of its keys. */
async function pinset(peer: Peer): Promise<string> {
  return await (await fetch(`${peer.rest}/allocations`)).text()
}
