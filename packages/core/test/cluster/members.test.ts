import { afterEach, describe, expect, it } from '@jest/globals'
import type { Id, Metric, PinInfo, PinInfoShort, TrackerStatus } from '@ipfs-cluster/api'
import { ClusterError, defaultPinOptions, TrackerStatusBits } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import { globalPinInfoIn } from '../../src/cluster/index.ts'
import type { Member } from '../../src/cluster/index.ts'
import type { PinListing } from '../../src/pintracker/index.ts'
import { pinKey } from '../../src/codec/index.ts'
import { pinInfo } from '../../src/pintracker/status.ts'
import { collect, OTHER_PEER, PEER, testCid, testPin } from '../pintracker/fakes.ts'
import { TestPeer } from './fakes.ts'
import { until } from '../helpers/until.ts'

const THIRD_PEER = '12D3KooWG5GFPyrHAH2MziL7Ud8sD6vLJkg2qyV8nbT4BSQuZsi9'

/** A member with one pin and one way to answer. */
class FakeMember implements Member {
  readonly peer: string
  readonly recovered: CID[] = []
  status_: TrackerStatus = 'pinned'
  error: Error | undefined

  constructor(peer: string) {
    this.peer = peer
  }

  async id(): Promise<Id> {
    this.#check()
    const ipfs = { id: `ipfs-${this.peer}`, addresses: [], error: '' }
    return { id: this.peer, peername: `name-${this.peer}`, clusterPeers: [this.peer], error: '', ipfs } as unknown as Id
  }

  async *peers(): AsyncIterable<Id> {
    yield await this.id()
  }

  async status(cid: CID): Promise<PinInfo> {
    this.#check()
    const answerer = { peerId: this.peer, peername: 'other', ipfsPeerId: '', ipfsPeerAddresses: [] }
    return pinInfo(testPin(cid, { name: 'theirs' }), answerer, this.status_)
  }

  async *statusAll(): AsyncIterable<PinInfo> {
    yield await this.status(testCid(1))
  }

  async *list(): AsyncIterable<PinListing> {
    for await (const info of this.statusAll()) {
      const { peer: peerId, peername, ipfsPeerId, ipfsPeerAddresses } = info
      const answerer = { peerId, peername, ipfsPeerId, ipfsPeerAddresses }
      yield { answerer, pins: [{ key: pinKey(info.cid), info }] }
    }
  }

  async recover(cid: CID): Promise<PinInfo> {
    this.recovered.push(cid)
    return this.status(cid)
  }

  async *recoverAll(): AsyncIterable<PinInfo> {
    yield await this.recover(testCid(2))
  }

  async repoGc(): Promise<never> {
    throw this.error ?? new Error('no garbage collection here')
  }

  async repoStat(): Promise<never> {
    throw new Error('nothing is known')
  }

  async swarmPeers(): Promise<string[]> {
    return []
  }

  async putBlocks(): Promise<void> {}

  #check(): void {
    if (this.error !== undefined) throw this.error
  }
}

let peer: TestPeer
let other: FakeMember
let third: FakeMember

async function startThree(): Promise<void> {
  other = new FakeMember(OTHER_PEER)
  third = new FakeMember(THIRD_PEER)
  const members = new Map([other, third].map((member) => [member.peer, member]))
  const ping: Metric = {
    ...{ name: 'ping', peer: THIRD_PEER, value: '{"peer_name":"peer2","ipfs_id":"QmThird"}', expire: 0n, valid: true },
    ...{ weight: 0n, partitionable: false, receivedAt: 0n }
  }
  peer = new TestPeer({
    network: { member: (id) => members.get(id)! },
    metrics: { latest: (name) => (name === 'ping' ? [ping] : []), names: () => [], alerts: () => [] }
  })
  peer.consensus.members = [PEER, OTHER_PEER, THIRD_PEER]
  await peer.start()
}

afterEach(async () => {
  await peer.stop()
})

function statuses(peerMap: Record<string, PinInfoShort>): Record<string, string> {
  return Object.fromEntries(Object.entries(peerMap).map(([id, { status }]) => [id, status]))
}

describe('with several members', () => {
  it('a status is what each of them says, and what is common is taken from one that knows', async () => {
    await startThree()
    peer.consensus.state.put(testPin(testCid(1), { name: 'ours' }))
    third.error = new Error('failed to dial')
    const global = await peer.cluster.status(testCid(1))
    expect(global.name).toBe('theirs')
    expect(statuses(global.peerMap)).toEqual({
      [PEER]: 'unexpectedly_unpinned',
      [OTHER_PEER]: 'pinned',
      [THIRD_PEER]: 'cluster_error'
    })
    expect(global.peerMap[THIRD_PEER]).toMatchObject({
      peername: 'peer2',
      ipfsPeerId: 'QmThird',
      error: 'failed to dial'
    })
  })

  it('a brief list tells who is to hold a pin, as those that could not answer count for nothing else', async () => {
    await startThree()
    const fields = { replicationFactorMin: 1, replicationFactorMax: 1, allocations: [PEER] }
    peer.ipfs.immediate = false
    peer.tracker.track(peer.consensus.state.put(testPin(testCid(1), fields)))
    other.error = third.error = new Error('failed to dial')
    const filter = TrackerStatusBits.pinning | TrackerStatusBits.pin_queued | TrackerStatusBits.cluster_error
    const listed = (await collect(peer.cluster.listStatuses(filter, { brief: true }))).flat().map(globalPinInfoIn)
    expect(listed.map(({ allocations }) => allocations)).toEqual([[PEER]])
    expect(Object.keys(listed[0]!.peerMap)).toHaveLength(3)
  })

  it('only those that hold a pin are asked', async () => {
    await startThree()
    const fields = { replicationFactorMin: 1, replicationFactorMax: 1, allocations: [OTHER_PEER] }
    peer.consensus.state.put(testPin(testCid(1), fields))
    third.error = new Error('must not be asked')
    expect(statuses((await peer.cluster.status(testCid(1))).peerMap)).toEqual({
      [PEER]: 'remote',
      [OTHER_PEER]: 'pinned',
      [THIRD_PEER]: 'remote'
    })
    // Nobody is asked for what is not pinned.
    other.error = third.error
    expect(statuses((await peer.cluster.status(testCid(2))).peerMap)).toEqual({
      [PEER]: 'unpinned',
      [OTHER_PEER]: 'unpinned',
      [THIRD_PEER]: 'unpinned'
    })
  })

  it('one that does not trust us is left out', async () => {
    await startThree()
    peer.consensus.state.put(testPin(testCid(1)))
    other.error = new ClusterError('ERR_NOT_TRUSTED', 'client does not have permissions to call PinTracker.Status')
    expect(Object.keys((await peer.cluster.status(testCid(1))).peerMap).sort()).toEqual([PEER, THIRD_PEER].sort())
    expect((await collect(peer.cluster.peers())).map(({ id }) => id).sort()).toEqual([PEER, THIRD_PEER].sort())
    const all = await collect(peer.cluster.statusAll(0))
    expect(all.map(({ peerMap }) => Object.keys(peerMap).sort())).toEqual([[PEER, THIRD_PEER].sort()])
    expect(Object.keys((await peer.cluster.repoGc()).peerMap).sort()).toEqual([PEER, THIRD_PEER].sort())
  })

  it('a listing is put together, with the error of a member in each item', async () => {
    await startThree()
    peer.consensus.state.put(testPin(testCid(1)))
    peer.consensus.state.put(testPin(testCid(3)))
    third.error = new Error('failed to dial')
    const all = await collect(peer.cluster.statusAll(0))
    expect(all.map(({ cid, peerMap }) => [cid.equals(testCid(1)), statuses(peerMap)])).toEqual([
      [true, { [PEER]: 'unexpectedly_unpinned', [OTHER_PEER]: 'pinned', [THIRD_PEER]: 'cluster_error' }],
      [false, { [PEER]: 'unexpectedly_unpinned', [THIRD_PEER]: 'cluster_error' }]
    ])
    const failing = await collect(peer.cluster.statusAll(TrackerStatusBits.cluster_error))
    expect(failing).toHaveLength(2)
  })

  it('everybody recovers, also what only they may have failed to unpin', async () => {
    await startThree()
    third.status_ = 'unpinning'
    const { peerMap } = await peer.cluster.recover(testCid(5))
    expect([other.recovered, third.recovered]).toEqual([[testCid(5)], [testCid(5)]])
    expect(statuses(peerMap)).toEqual({ [PEER]: 'unpinned', [OTHER_PEER]: 'unpinned', [THIRD_PEER]: 'unpinning' })
    peer.consensus.state.put(testPin(testCid(1)))
    expect((await collect(peer.cluster.recoverAll())).map(({ cid }) => cid)).toEqual(
      expect.arrayContaining([testCid(1), testCid(2)])
    )
  })

  it('the graph has them, and garbage collection says who failed', async () => {
    await startThree()
    const graph = await peer.cluster.connectGraph()
    expect(graph.clusterLinks[PEER]?.sort()).toEqual([OTHER_PEER, THIRD_PEER].sort())
    expect(graph.clusterToIpfs[OTHER_PEER]).toBe(`ipfs-${OTHER_PEER}`)
    const { peerMap } = await peer.cluster.repoGc()
    expect(peerMap[THIRD_PEER]).toEqual({
      peer: THIRD_PEER,
      peername: 'peer2',
      keys: [],
      error: 'no garbage collection here'
    })
  })

  it('a peer that is removed gives its pins away, if that is not switched off', async () => {
    await startThree()
    const fields = { replicationFactorMin: 1, replicationFactorMax: 1, allocations: [OTHER_PEER] }
    peer.consensus.state.put(testPin(testCid(1), fields))
    await expect(peer.cluster.peerRemove(OTHER_PEER)).rejects.toThrow('crdt consensus component cannot remove peers')
    expect(peer.lines.at(-1)).toContain('repinning is disabled')
    await peer.stop()
    peer = await new TestPeer({ init: { disableRepinning: false } }).start()
    const { cluster, consensus } = peer
    while (cluster.metricNames().length < 4) await new Promise((resolve) => setTimeout(resolve, 2))
    consensus.state.put(testPin(testCid(1), fields))
    await cluster.pin(testCid(2), { ...defaultPinOptions(), replicationFactorMin: 1, replicationFactorMax: 1 })
    await expect(cluster.peerRemove(OTHER_PEER)).rejects.toThrow()
    expect((await cluster.pinGet(testCid(1))).allocations).toEqual([PEER])
  })

  it('the pins of a peer that is removed are given away many at a time, so that many make one change', async () => {
    peer = await new TestPeer({ init: { disableRepinning: false } }).start()
    const { cluster, consensus } = peer
    await until('all metrics are there', () => cluster.metricNames().length === 4)
    const fields = { replicationFactorMin: 1, replicationFactorMax: 1, allocations: [OTHER_PEER] }
    for (let i = 0; i < 20; i++) consensus.state.put(testPin(testCid(i), fields))
    const areMany = Promise.withResolvers<void>()
    let waiting = 0
    const log = consensus.logPin.bind(consensus)
    consensus.logPin = async (pin) => {
      if (++waiting === 10) areMany.resolve()
      await areMany.promise
      await log(pin)
    }
    await expect(cluster.peerRemove(OTHER_PEER)).rejects.toThrow()
    for (let i = 0; i < 20; i++) expect((await cluster.pinGet(testCid(i))).allocations).toEqual([PEER])
  })
})
