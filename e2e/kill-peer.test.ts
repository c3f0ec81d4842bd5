import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { rawCid } from './harness/cids.ts'
import { temporaryFolder } from './harness/folder.ts'
import type { MockIpfs } from './harness/mock-ipfs.ts'
import { startMockIpfs } from './harness/mock-ipfs.ts'
import { Peer } from './harness/peer.ts'

const KILLS = 20

describe('a peer that is killed while pins come in', () => {
  const folder = temporaryFolder()
  let ipfs: MockIpfs
  let peer: Peer

  beforeAll(async () => {
    ipfs = await startMockIpfs()
    peer = await Peer.init({ folder: folder.path, ipfsPort: ipfs.port })
  })
  afterAll(async () => {
    await peer.kill()
    await ipfs.stop()
    folder[Symbol.dispose]()
  })

  it(`has every acknowledged pin after each of ${KILLS} kills`, async () => {
    const acknowledged = new Set<string>()
    let next = 0
    for (let round = 0; round < KILLS; round++) {
      await peer.start('rest')
      const stopAt = performance.now() + Math.random() * 400
      const clients = Array.from({ length: 8 }, async () => {
        for (;;) {
          const cid = rawCid(`pin ${next++}`).toString()
          const answer = await fetch(`${peer.rest}/pins/${cid}`, { method: 'POST' }).catch(() => undefined)
          if (answer === undefined) return
          expect(answer.status).toBe(200)
          acknowledged.add(cid)
          if ((await answer.text().catch(() => undefined)) === undefined) return
        }
      })
      while (performance.now() < stopAt) await new Promise((resolve) => setImmediate(resolve))
      await peer.kill()
      await Promise.all(clients)
    }
    expect(acknowledged.size).toBeGreaterThan(KILLS)

    await peer.start('rest')
    const pinned = await listPins(peer)
    expect([...acknowledged].filter((cid) => !pinned.has(cid))).toEqual([])
    expect(await peer.stop()).toBe(0)
  }, 120_000)
})

async function listPins(peer: Peer): Promise<Set<string>> {
  const text = await (await fetch(`${peer.rest}/allocations`)).text()
  return new Set(
    text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { cid: string }).cid)
  )
}
