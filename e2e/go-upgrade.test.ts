import { expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TestCluster } from './harness/cluster.ts'
import { describeWithGo } from './harness/go.ts'
import { Namespace } from './harness/namespace.ts'
import type { Peer } from './harness/peer.ts'
import { OUR_BINS } from './harness/peer.ts'
import { alike, PinStream, pinMany, pinnedCids } from './harness/pins.ts'

describeWithGo('three Go peers, while pins come in', (goBins) => {
  it('are replaced one by one by ours in the same folders, and back again, and nothing is lost', async () => {
    await using namespace = await Namespace.open()
    await using cluster = new TestCluster({ namespace })
    for (let index = 0; index < 3; index++) await cluster.add(goBins)
    await cluster.settled()
    const before = cluster.peers.map(({ folder }) => files(folder))
    const [first] = cluster.peers
    if (first === undefined) throw new Error('there is no peer')
    const cids = await pinMany(first, 'before', 200)
    await alike(cluster.peers, cids, 20_000)

    for (const bins of [OUR_BINS, goBins]) {
      await using stream = new PinStream(cluster.peers, `under ${bins}`)
      for (const peer of cluster.peers) {
        expect(await peer.stop()).toBe(0)
        peer.bins = bins
        await cluster.join(peer)
        const { stdout } = await peer.ctlOf(goBins, 'id')
        expect(stdout).toContain(peer.id)
        // A careful administrator waits for this before the next one.
        await cluster.settled()
      }
      const taken = await stream.stop()
      for (const peer of cluster.peers) expect(stream.acknowledged.some(({ by }) => by === peer)).toBe(true)
      cids.push(...taken)
      await alike(cluster.peers, cids, 60_000)
      expect(cluster.peers.map(({ folder }) => files(folder))).toEqual(before)
      await hasAllByItself(cluster.peers, cids)
    }
  }, 300_000)
})

/** Each peer finds all of it in its own folder, with the others away; they run again after that. */
async function hasAllByItself(peers: readonly Peer[], cids: readonly string[]): Promise<void> {
  await Promise.all(peers.map(async (peer) => peer.stop()))
  for (const peer of peers) {
    await peer.start()
    expect(new Set(cids).difference(await pinnedCids(peer))).toEqual(new Set())
    await peer.stop()
  }
  for (const peer of peers) await peer.start('ready', ['--bootstrap', addresses(peers)])
}

function addresses(peers: readonly Peer[]): string {
  return peers.map(({ swarmAddress }) => swarmAddress).join(',')
}

function files(folder: string): string[] {
  return ['service.json', 'identity.json'].map((name) => readFileSync(join(folder, 'peer', name), 'utf8'))
}
