import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { TestCluster } from './harness/cluster.ts'
import { describeWithGo } from './harness/go.ts'
import { Namespace } from './harness/namespace.ts'
import type { Peer } from './harness/peer.ts'
import { alike, pinMany, pinset } from './harness/pins.ts'

describeWithGo('a peer that starts from nothing', (goBins) => {
  let namespace: Namespace
  let cluster: TestCluster
  let go: Peer
  let otherGo: Peer
  let ours: Peer
  const cids: string[] = []

  beforeAll(async () => {
    namespace = await Namespace.open()
    cluster = new TestCluster({ namespace })
    go = await cluster.add(goBins)
    otherGo = await cluster.add(goBins)
    ours = await cluster.add()
    await cluster.settled()
    for (const peer of cluster.peers) cids.push(...(await pinMany(peer, peer.id, 400)))
  }, 120_000)
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]()
    await namespace[Symbol.asyncDispose]()
  })

  it('has all that the three wrote', async () => {
    await alike(cluster.peers, cids, 30_000)
  }, 40_000)

  it('is brought up by ours alone when it is a Go peer', async () => {
    await otherGo.stop()
    await startOver(go)
    await alike([go, ours], cids, 60_000)
    await cluster.join(otherGo)
    await alike(cluster.peers, cids, 30_000)
  }, 150_000)

  it('is brought up by a Go peer alone when it is ours', async () => {
    await otherGo.stop()
    await startOver(ours)
    await alike([go, ours], cids, 60_000)
    await cluster.join(otherGo)
    await alike(cluster.peers, cids, 30_000)
  }, 150_000)

  async function startOver(peer: Peer): Promise<void> {
    await peer.stop()
    rmSync(join(peer.folder, 'peer', 'leveldb'), { recursive: true })
    await cluster.join(peer)
    expect((await pinset(peer)).length).toBeLessThanOrEqual(cids.length)
  }
})

describeWithGo('a flood of pins', (goBins) => {
  it.each([
    ['ours', 2],
    ['a Go peer', 0]
  ])(
    'of which each peer has the last one soon, written by %s',
    async (_, writer) => {
      await using namespace = await Namespace.open()
      await using cluster = new TestCluster({ namespace })
      for (const bins of [goBins, goBins, undefined]) await cluster.add(bins)
      await cluster.settled()
      for (let round = 0; round < 3; round++) {
        await alike(cluster.peers, await pinMany(cluster.at(writer), `flood ${round}`, 500), 20_000)
      }
    },
    150_000
  )
})
