import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rawCid } from './harness/cids.ts'
import { TestCluster } from './harness/cluster.ts'
import type { Peer } from './harness/peer.ts'
import { pin, pinnedCids } from './harness/pins.ts'
import { until } from './harness/until.ts'

/** A change of a peer that nobody has to trust is heard by all; one that is refused shows in nothing. */
describe('a peer whose configuration trusts nobody', () => {
  let cluster: TestCluster
  let writer: Peer
  let careful: Peer
  let configuration: string

  beforeAll(async () => {
    cluster = new TestCluster()
    writer = await cluster.add()
    careful = await cluster.make()
    configuration = trustNobody(careful)
    await pinned(writer, 'before')
  }, 120_000)
  afterAll(async () => cluster[Symbol.asyncDispose]())

  it('takes no pins of a peer that it is told to join but not to trust', async () => {
    await careful.start('ready', ['--no-trust', '--bootstrap', writer.swarmAddress])
    await pinned(writer, 'unheard')
    await wasHeard('first')
    expect(await pinnedCids(careful)).toEqual(new Set([cid('first')]))
  }, 120_000)

  it('takes those of a peer that it joins, for as long as it runs', async () => {
    expect(await careful.stop()).toBe(0)
    await careful.start('ready', ['--bootstrap', writer.swarmAddress])
    const all = new Set(['before', 'unheard', 'first'].map(cid))
    await until(async () => all.isSubsetOf(await pinnedCids(careful)))
    await pinned(writer, 'during')
    await until(async () => (await pinnedCids(careful)).has(cid('during')))
  }, 120_000)

  it('has forgotten that when it is started again, and its configuration is as it was', async () => {
    expect(await careful.stop()).toBe(0)
    expect(readFileSync(join(careful.folder, 'peer/service.json'), 'utf8')).toBe(configuration)
    await careful.start()
    await until(async () => (await peerCount(careful)) === 2)
    await pinned(writer, 'afterwards')
    await wasHeard('last')
    expect((await pinnedCids(careful)).has(cid('afterwards'))).toBe(false)
    expect((await pinnedCids(careful)).has(cid('during'))).toBe(true)
  }, 120_000)

  /** Resolves when the writer has a change of the careful peer that was made after all those of the writer. */
  async function wasHeard(name: string): Promise<void> {
    await pinned(careful, name)
    await until(async () => (await pinnedCids(writer)).has(cid(name)))
  }
})

function cid(name: string): string {
  return rawCid(name).toString()
}

async function pinned(peer: Peer, name: string): Promise<void> {
  await pin(peer, cid(name))
}

/** @returns its configuration from now on */
function trustNobody(peer: Peer): string {
  const path = join(peer.folder, 'peer/service.json')
  const config = JSON.parse(readFileSync(path, 'utf8')) as { consensus: { crdt: { trusted_peers: string[] } } }
  expect(config.consensus.crdt.trusted_peers).toEqual(['*'])
  config.consensus.crdt.trusted_peers = []
  const text = JSON.stringify(config, null, 2)
  writeFileSync(path, text)
  return text
}

async function peerCount(peer: Peer): Promise<number> {
  const text = await (await fetch(`${peer.rest}/peers`)).text()
  return text.split('\n').filter((line) => line !== '').length
}
