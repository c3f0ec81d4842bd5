import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  Configuration,
  RemotePinningServiceClient,
  Status,
  TextMatchingStrategy
} from '@ipfs-shipyard/pinning-service-client'
import type { Pin, PinStatus } from '@ipfs-shipyard/pinning-service-client'
import { replayPeer } from '../replay/replay-peer.ts'
import type { ReplayPeer } from '../replay/replay-peer.ts'
import { cidTextOf } from './service.ts'

const EVERY_STATUS = [Status.Queued, Status.Pinning, Status.Pinned, Status.Failed]

let peer: ReplayPeer
let client: RemotePinningServiceClient

beforeAll(async () => {
  peer = await replayPeer({ peerId: '12D3KooWMAWNNLgRRsWu5Ah4hd6ecnoWGg78kCGpHaY7UAAJiLrF' })
  const { host, port } = peer.pinsvc
  client = new RemotePinningServiceClient(new Configuration({ endpointUrl: `http://${host}:${port}` }))
})
afterAll(async () => {
  await peer[Symbol.asyncDispose]()
})

async function pinned(pin: Omit<Pin, 'origins'>): Promise<PinStatus> {
  const { requestid } = await client.pinsPost({ pin: { ...pin, origins: [] } })
  const end = Date.now() + 20_000
  for (;;) {
    const status = await client.pinsRequestidGet({ requestid })
    if (status.status === Status.Pinned) return status
    if (Date.now() > end) throw new Error(`still ${status.status}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('the client of the standard, over a peer with its IPFS node', () => {
  it('pins, finds, replaces and removes', async () => {
    const cid = await peer.give({ a: 'the content of a\n' })
    const status = await pinned({ cid, name: 'Mine', meta: { app: 'test' } })
    expect(status.pin).toMatchObject({ cid, name: 'Mine', meta: { app: 'test' } })

    for (const found of [
      await client.pinsGet({ cid: [cid] }),
      await client.pinsGet({ name: 'mine', match: TextMatchingStrategy.Iexact, status: [Status.Pinned] }),
      await client.pinsGet({ meta: { app: 'test' }, limit: 1 })
    ]) {
      expect(found.count).toBe(1)
      expect(found.results[0]).toEqual(status)
    }
    expect((await client.pinsGet({ meta: { app: 'other' } })).count).toBe(0)

    const other = await peer.give({ b: 'the content of b\n' })
    const { requestid } = status
    const replaced = await client.pinsRequestidPost({ requestid, pin: { cid: other, name: 'Yours', origins: [] } })
    expect(replaced.requestid).toBe(other)
    await expect(client.pinsRequestidGet({ requestid })).rejects.toMatchObject({ status: 404 })
    await client.pinsRequestidDelete({ requestid: other })
    expect((await client.pinsGet({ status: EVERY_STATUS })).count).toBe(0)
  })

  it('goes through all pages by the time of the last pin', async () => {
    const cids = Array.from({ length: 25 }, (_, n) => cidTextOf(n))
    for (const cid of cids) await client.pinsPost({ pin: { cid, origins: [] } })
    const seen: string[] = []
    let before: Date | undefined
    for (;;) {
      const page = await client.pinsGet({ status: EVERY_STATUS, limit: 10, ...(before && { before }) })
      seen.push(...page.results.map(({ pin }) => pin.cid))
      before = page.results.at(-1)?.created
      if (page.count <= page.results.length) break
    }
    expect(seen.sort()).toEqual([...cids].sort())
    for (const requestid of cids) await client.pinsRequestidDelete({ requestid })
  })
})
