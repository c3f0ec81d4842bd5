import { describe, expect, it } from '@jest/globals'
import { TestCluster } from './harness/cluster.ts'
import { describeWithGo } from './harness/go.ts'
import { canIsolate, Namespace } from './harness/namespace.ts'
import type { Peer } from './harness/peer.ts'
import { OUR_BINS } from './harness/peer.ts'
import { alike, pin, pinMany, pinnedCids } from './harness/pins.ts'
import { rawCid } from './harness/cids.ts'

const EAST = '10.77.0.1'
const WEST = '10.77.0.2'

/** Two networks with a cable between them, and a cluster over both. */
interface Halves extends AsyncDisposable {
  east: Peer[]
  west: Peer[]
  all: readonly Peer[]
  pull(): void
  /** As {@link Halves.pull}, and what goes on over the cable is broken off on both sides. */
  cut(): void
  plugIn(): void
}

async function makeHalves(east: readonly string[], west: readonly string[]): Promise<Halves> {
  await using made = new AsyncDisposableStack()
  const eastern = made.use(await Namespace.open())
  const western = made.use(await Namespace.open())
  eastern.connect(western, EAST, WEST)
  const cluster = made.use(new TestCluster())
  const halves: { east: Peer[]; west: Peer[] } = { east: [], west: [] }
  for (const bins of east) halves.east.push(await cluster.add(bins, { namespace: eastern, host: EAST }))
  for (const bins of west) halves.west.push(await cluster.add(bins, { namespace: western, host: WEST }))
  await cluster.settled()
  const parts = made.move()
  return {
    ...halves,
    all: cluster.peers,
    pull: () => western.setCable('down'),
    cut() {
      western.setCable('down')
      eastern.breakConnections(WEST)
      western.breakConnections(EAST)
    },
    plugIn: () => western.setCable('up'),
    [Symbol.asyncDispose]: async () => parts.disposeAsync()
  }
}

const describeWithNetworks = canIsolate ? describe : describe.skip

describeWithNetworks('two halves of a cluster without a way between them', () => {
  it('go on by themselves, and agree on all of it when there is a way again', async () => {
    await using halves = await makeHalves([OUR_BINS, OUR_BINS], [OUR_BINS, OUR_BINS])
    await livesThroughSplits(halves)
  }, 240_000)
})

describeWithGo('two halves with Go peers in both', (go) => {
  it('agree on all of it when there is a way again', async () => {
    await using halves = await makeHalves([OUR_BINS, go], [go, OUR_BINS])
    await livesThroughSplits(halves)
  }, 240_000)
})

async function livesThroughSplits(halves: Halves): Promise<void> {
  const { east, west, all } = halves
  const [first, last] = [at(east), at(west)]
  const cids = await pinMany(first, 'before', 50)
  await alike(all, cids, 30_000)

  for (const part of [halves.pull, halves.cut]) {
    part()
    const eastern = await pinMany(first, `east ${part.name}`, 100)
    const western = await pinMany(last, `west ${part.name}`, 100)
    // What both halves change is one thing in the end, whichever it is.
    const shared = rawCid(`shared ${part.name}`)
    await pin(first, shared, { name: 'of the east' })
    await pin(last, shared, { name: 'of the west' })
    // One half unpins what the other pins anew without having heard of that.
    const contested = cids.pop() ?? ''
    expect((await fetch(`${first.rest}/pins/${contested}`, { method: 'DELETE' })).status).toBe(200)
    await pin(last, contested, { name: 'still wanted' })

    await Promise.all([alike(east, eastern, 30_000), alike(west, western, 30_000)])
    expect((await pinnedCids(first)).isDisjointFrom(new Set(western))).toBe(true)
    expect((await pinnedCids(last)).isDisjointFrom(new Set(eastern))).toBe(true)
    halves.plugIn()
    cids.push(...eastern, ...western, shared.toString(), contested)
    await alike(all, cids, 60_000)
  }
}

function at(peers: readonly Peer[]): Peer {
  const [peer] = peers
  if (peer === undefined) throw new Error('there is no peer')
  return peer
}
