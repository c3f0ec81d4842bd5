import { expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TestCluster } from './harness/cluster.ts'
import { describeWithGo } from './harness/go.ts'
import { Namespace } from './harness/namespace.ts'
import type { Peer } from './harness/peer.ts'
import { OUR_BINS } from './harness/peer.ts'
import { alike, pin, PinStream, pinMany, pinnedCids, unpin } from './harness/pins.ts'
import { until } from './harness/until.ts'

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
    const moving = await pinMany(first, 'comes and goes', 20)
    await alike(cluster.peers, [...cids, ...moving], 20_000)
    for (const round of [0, 1]) await comeAndGo(cluster.peers, cids, moving, round)

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
      // What one of the two programs has taken back, the other one pins and takes back again.
      for (const round of [0, 1]) await comeAndGo(cluster.peers, cids, moving, round)
      await hasAllByItself(cluster.peers, cids, moving)
    }
  }, 300_000)
})

/** These are pinned by one peer and taken back by the next one, until no peer has them. */
async function comeAndGo(
  peers: readonly Peer[],
  cids: readonly string[],
  moving: readonly string[],
  round: number
): Promise<void> {
  const [maker, taker] = [peers[round % peers.length], peers[(round + 1) % peers.length]]
  if (maker === undefined || taker === undefined) throw new Error('there are not enough peers')
  for (const cid of moving) await pin(maker, cid)
  await alike(peers, [...cids, ...moving], 20_000)
  for (const cid of moving) await unpin(taker, cid)
  await haveNone(peers, moving)
  await alike(peers, cids, 20_000)
}

async function haveNone(peers: readonly Peer[], cids: readonly string[]): Promise<void> {
  await until(async () => {
    const sets = await Promise.all(peers.map(pinnedCids))
    return cids.every((cid) => sets.every((set) => !set.has(cid)))
  })
}

/**
 * Each peer finds all of it in its own folder, with the others away, and nothing of what was taken back; they run again
 * after that.
 */
async function hasAllByItself(peers: readonly Peer[], cids: readonly string[], gone: readonly string[]): Promise<void> {
  await Promise.all(peers.map(async (peer) => peer.stop()))
  for (const peer of peers) {
    await peer.start()
    const found = await pinnedCids(peer)
    expect(new Set(cids).difference(found)).toEqual(new Set())
    expect(new Set(gone).intersection(found)).toEqual(new Set())
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
