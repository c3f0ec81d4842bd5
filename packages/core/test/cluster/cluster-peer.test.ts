import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { defaultPinOptions, Time, TrackerStatusBits } from '@ipfs-cluster/api'
import type { PinOptions, TrackerStatus } from '@ipfs-cluster/api'
import * as dagCbor from '@ipld/dag-cbor'
import type { CID } from 'multiformats/cid'
import { collect, IPFS_ID, OTHER_PEER, PEER, testCid, testPin } from '../pintracker/fakes.ts'
import { TestPeer } from './fakes.ts'
import { until } from '../helpers/until.ts'

const DOWN = 'Post "http://127.0.0.1:5001/api/v0/pin/ls": dial tcp 127.0.0.1:5001: connect: connection refused'
const FOLLOWER = 'this peer is configured to be in follower mode. Write operations are disabled'

let peer: TestPeer

beforeEach(async () => {
  peer = await new TestPeer().start()
  peer.ipfs.up()
  await peer.cluster.ready()
  await until('all metrics are there', () => peer.cluster.metricNames().length === 4)
})

afterEach(async () => {
  await peer.stop()
})

function ask(fields: Partial<PinOptions> = {}): PinOptions {
  return { ...defaultPinOptions(), ...fields }
}

async function statusBecomes(cid: CID, status: TrackerStatus): Promise<void> {
  await until(`it is ${status}`, async () => (await peer.cluster.status(cid)).peerMap[PEER]?.status === status)
}

describe('pin', () => {
  it('everywhere is stored without allocations, and pinned', async () => {
    const pin = await peer.cluster.pin(testCid(1), ask({ name: 'one', metadata: {} }))
    expect(pin).toMatchObject({
      ...{ replicationFactorMin: -1, replicationFactorMax: -1, name: 'one', mode: 'recursive', maxDepth: -1 },
      ...{ type: 'pin', allocations: [], userAllocations: null, metadata: {}, origins: null, reference: null }
    })
    expect(pin.timestamp.nanoseconds).not.toBe(0)
    await statusBecomes(testCid(1), 'pinned')
    expect(await peer.cluster.pinGet(testCid(1))).toMatchObject({ metadata: null, origins: [], allocations: [] })
  })

  it('with factors is allocated to this peer', async () => {
    const options = ask({ replicationFactorMin: 1, replicationFactorMax: 3, userAllocations: [PEER] })
    expect(await peer.cluster.pin(testCid(1), options)).toMatchObject({ allocations: [PEER], userAllocations: [PEER] })
  })

  it('takes the defaults of the configuration, each on its own', async () => {
    await peer.stop()
    peer = await new TestPeer({ init: { replicationFactorMin: 1, replicationFactorMax: 2 } }).start()
    await until('all metrics are there', () => peer.cluster.metricNames().length === 4)
    expect(await peer.cluster.pin(testCid(1), ask())).toMatchObject({
      replicationFactorMin: 1,
      replicationFactorMax: 2
    })
    const options = ask({ replicationFactorMax: 1 })
    expect(await peer.cluster.pin(testCid(2), options)).toMatchObject({
      replicationFactorMin: 1,
      replicationFactorMax: 1
    })
  })

  it('can be direct', async () => {
    expect(await peer.cluster.pin(testCid(1), ask({ mode: 'direct' }))).toMatchObject({ mode: 'direct', maxDepth: 0 })
    await statusBecomes(testCid(1), 'pinned')
    expect(peer.ipfs.held.get(testCid(1).toString())).toBe('direct')
  })

  it.each<[string, Partial<PinOptions>]>([
    ['cluster.replication_factor_min is larger than max', { replicationFactorMin: 3, replicationFactorMax: 2 }],
    ['cluster.replication_factor_min is larger than max', { replicationFactorMin: 2 }],
    ['cluster.replication_factor_min is wrong', { replicationFactorMin: -2, replicationFactorMax: 2 }],
    ['cluster.replication_factor_min is wrong', { replicationFactorMin: -3, replicationFactorMax: -2 }],
    [
      'cluster.replication_factor_min and max must be -1 when one of them is',
      { replicationFactorMin: -1, replicationFactorMax: 2 }
    ],
    [
      'not enough peers to allocate CID. Needed at least: 2. Wanted at most: 3. Available candidates: 1. See logs for more info.',
      { replicationFactorMin: 2, replicationFactorMax: 3 }
    ],
    ['pin.ExpireAt set before current time', { expireAt: new Time(978307200) }],
    ['pin is not part of the pinset', { pinUpdate: testCid(99) }]
  ])('refuses with %j', async (message, options) => {
    await expect(peer.cluster.pin(testCid(1), ask(options))).rejects.toThrow(message)
    expect(await peer.cluster.state.count()).toBe(0)
  })

  it('again replaces the options and keeps valid allocations', async () => {
    const once = ask({ replicationFactorMin: 1, replicationFactorMax: 1 })
    await peer.cluster.pin(testCid(1), once)
    expect((await peer.cluster.pin(testCid(1), { ...once, name: 'again' })).allocations).toEqual([PEER])
    expect((await peer.cluster.pinGet(testCid(1))).name).toBe('again')
  })

  it('does not make a recursive pin direct, nor one kind of pin another', async () => {
    await peer.cluster.pin(testCid(1), ask())
    await expect(peer.cluster.pin(testCid(1), ask({ mode: 'direct' }))).rejects.toThrow(
      'cannot repin a CID which is already pinned in recursive mode (new pin is pinned as direct). Unpin it first.'
    )
    peer.consensus.state.put(testPin(testCid(2), { type: 'shard-pin', maxDepth: 1 }))
    await expect(peer.cluster.pin(testCid(2), ask())).rejects.toThrow(
      'cannot repin CID with different tracking method, clear state with pin rm to proceed. New: pin. Was: shard-pin'
    )
    await peer.cluster.pin(testCid(3), ask({ mode: 'direct' }))
    expect(await peer.cluster.pin(testCid(3), ask())).toMatchObject({ mode: 'recursive' })
  })

  it('updates another pin: its options but the name and the expiry', async () => {
    const old = ask({ replicationFactorMin: 1, replicationFactorMax: 1, name: 'old', metadata: { a: '1' } })
    await peer.cluster.pin(testCid(1), old)
    const expireAt = new Time(4070908800)
    const update = ask({ pinUpdate: testCid(1), name: 'new', expireAt, metadata: { z: '1' }, replicationFactorMax: 7 })
    expect(await peer.cluster.pin(testCid(2), update)).toMatchObject({
      ...{ replicationFactorMin: 1, replicationFactorMax: 1, name: 'new', metadata: { a: '1' }, expireAt },
      allocations: [PEER]
    })
    expect((await peer.cluster.pinGet(testCid(2))).pinUpdate?.toString()).toBe(testCid(1).toString())
    const past = ask({ pinUpdate: testCid(1), expireAt: new Time(1) })
    expect(await peer.cluster.pin(testCid(3), past)).toMatchObject({ name: 'old', expireAt: Time.ZERO })
    expect(await peer.cluster.pin(testCid(4), ask({ pinUpdate: testCid(4) }))).toMatchObject({ type: 'pin' })
    peer.consensus.state.put(testPin(testCid(5), { type: 'meta-pin' }))
    await expect(peer.cluster.pin(testCid(6), ask({ pinUpdate: testCid(5) }))).rejects.toThrow(
      'this pin type cannot be updated'
    )
  })

  it('of a path pins what it stands for', async () => {
    peer.ipfs.paths.set('/ipfs/bafy/a', testCid(1))
    expect((await peer.cluster.pinPath('/ipfs/bafy/a', ask())).cid).toEqual(testCid(1))
    expect((await peer.cluster.unpinPath('/ipfs/bafy/a')).cid).toEqual(testCid(1))
    await expect(peer.cluster.unpinPath('/ipfs/bafy/a')).rejects.toThrow('pin is not part of the pinset')
    await expect(peer.cluster.pinPath('/ipfs/xyz', ask())).rejects.toMatchObject({
      message: 'error parsing path: invalid path "/ipfs/xyz": invalid cid',
      status: 400
    })
  })
})

describe('unpin', () => {
  it('gives the pin as it was, and unpins', async () => {
    await peer.cluster.pin(testCid(1), ask({ name: 'one', metadata: {} }))
    await statusBecomes(testCid(1), 'pinned')
    expect(await peer.cluster.unpin(testCid(1))).toMatchObject({ name: 'one', metadata: null })
    await until('IPFS has it no more', () => !peer.ipfs.held.has(testCid(1).toString()))
    await expect(peer.cluster.unpin(testCid(1))).rejects.toMatchObject({ code: 'ERR_NOT_PINNED', status: 404 })
    await expect(peer.cluster.pinGet(testCid(1))).rejects.toThrow('pin is not part of the pinset')
  })

  it('does not take the parts of a sharded item apart', async () => {
    peer.consensus.state.put(testPin(testCid(1), { type: 'shard-pin', maxDepth: 1 }))
    peer.consensus.state.put(testPin(testCid(2), { type: 'clusterdag-pin', maxDepth: 0 }))
    await expect(peer.cluster.unpin(testCid(1))).rejects.toThrow(
      'cannot unpin a shard directly. Unpin content root CID instead'
    )
    await expect(peer.cluster.unpin(testCid(2))).rejects.toThrow(
      'cannot unpin a Cluster DAG directly. Unpin content root CID instead'
    )
  })

  it('of a sharded item removes all of it, also shards that are listed in a second level', async () => {
    const [root, clusterDag, level2] = [testCid(1), testCid(2), testCid(3)]
    const shards = [testCid(10), testCid(11), testCid(12)]
    peer.consensus.state.put(testPin(root, { type: 'meta-pin', maxDepth: 0, reference: clusterDag }))
    peer.consensus.state.put(testPin(clusterDag, { type: 'clusterdag-pin', maxDepth: 0, reference: root }))
    for (const shard of shards) peer.consensus.state.put(testPin(shard, { type: 'shard-pin', maxDepth: 1 }))
    peer.consensus.state.put(testPin(testCid(50)))
    peer.ipfs.blocks.set(clusterDag.toString(), dagCbor.encode({ 0: shards[0], 1: level2, 2: testCid(77) }))
    peer.ipfs.blocks.set(level2.toString(), dagCbor.encode({ 0: shards[1], 1: shards[2] }))
    await peer.cluster.unpin(root)
    expect((await collect(peer.cluster.pins())).map(({ cid }) => cid)).toEqual([testCid(50)])
  })

  it('of a sharded item leaves the shards that another one has as well, until that is unpinned too', async () => {
    const [first, second] = [testCid(1), testCid(2)]
    const shards = [testCid(10), testCid(11), testCid(12)]
    for (const shard of shards) peer.consensus.state.put(testPin(shard, { type: 'shard-pin', maxDepth: 1 }))
    putSharded(first, testCid(20), [shards[0], shards[1]])
    putSharded(second, testCid(21), [shards[0], shards[2]])
    await peer.cluster.unpin(first)
    const left = (await collect(peer.cluster.pins())).map(({ cid }) => cid.toString())
    expect(new Set(left)).toEqual(new Set([second, testCid(21), shards[0], shards[2]].map(String)))
    await peer.cluster.unpin(second)
    expect(await collect(peer.cluster.pins())).toEqual([])
  })

  it('of a sharded item takes no part out while it cannot be told who else needs it', async () => {
    peer.consensus.state.put(testPin(testCid(10), { type: 'shard-pin', maxDepth: 1 }))
    putSharded(testCid(1), testCid(20), [testCid(10)])
    putSharded(testCid(2), testCid(21), [testCid(10)])
    peer.ipfs.blocks.delete(testCid(21).toString())
    await expect(peer.cluster.unpin(testCid(1))).rejects.toMatchObject({ code: 'ERR_IPFS' })
    expect(await collect(peer.cluster.pins())).toHaveLength(5)
  })

  function putSharded(root: CID, clusterDag: CID, shards: readonly (CID | undefined)[]): void {
    peer.consensus.state.put(testPin(root, { type: 'meta-pin', maxDepth: 0, reference: clusterDag }))
    peer.consensus.state.put(testPin(clusterDag, { type: 'clusterdag-pin', maxDepth: 0, reference: root }))
    peer.ipfs.blocks.set(
      clusterDag.toString(),
      dagCbor.encode(Object.fromEntries(shards.map((shard, i) => [i, shard])))
    )
  }

  it('of a sharded item says what it misses', async () => {
    peer.consensus.state.put(testPin(testCid(1), { type: 'meta-pin', reference: null }))
    await expect(peer.cluster.unpin(testCid(1))).rejects.toThrow('metaPin.Reference is unset')
    peer.consensus.state.put(testPin(testCid(1), { type: 'meta-pin', reference: testCid(2) }))
    await expect(peer.cluster.unpin(testCid(1))).rejects.toThrow('could not get clusterDAG pin from state')
    peer.consensus.state.put(testPin(testCid(2), { type: 'clusterdag-pin', maxDepth: 0, reference: testCid(1) }))
    await expect(peer.cluster.unpin(testCid(1))).rejects.toThrow('error reading clusterDAG block from ipfs')
  })
})

describe('status', () => {
  it('of a CID outside of the pinset is unpinned', async () => {
    const global = await peer.cluster.status(testCid(1))
    expect(global).toMatchObject({ name: '', allocations: [], origins: null, metadata: null })
    expect(global.created.isZero).toBe(false)
    expect(global.peerMap[PEER]).toMatchObject({
      peername: 'peer0',
      ipfsPeerId: IPFS_ID,
      status: 'unpinned',
      error: ''
    })
    const local = await peer.cluster.statusLocal(testCid(1))
    expect(local).toMatchObject({ status: 'unpinned', allocations: null, origins: null, created: Time.ZERO })
  })

  it('tells public and private addresses of the IPFS node, not those of the host alone', async () => {
    const { peerMap } = await peer.cluster.status(testCid(1))
    expect(peerMap[PEER]?.ipfsPeerAddresses).toEqual([`/ip4/10.1.2.3/tcp/4001/p2p/${IPFS_ID}`])
  })

  it('is remote for a peer that is not among the allocations, and cluster_error for one that cannot be reached', async () => {
    const fields = { replicationFactorMin: 1, replicationFactorMax: 1, allocations: [OTHER_PEER], name: 'there' }
    peer.consensus.state.put(testPin(testCid(1), fields))
    const { name, peerMap } = await peer.cluster.status(testCid(1))
    expect(name).toBe('there')
    expect(peerMap[PEER]?.status).toBe('remote')
    expect(peerMap[OTHER_PEER]).toMatchObject({ status: 'cluster_error', error: 'failed to find any peer in table' })
  })

  it('is cluster_error while the IPFS node is down', async () => {
    peer.consensus.state.put(testPin(testCid(1), { name: 'one' }))
    peer.ipfs.down = DOWN
    const { peerMap, name, allocations } = await peer.cluster.status(testCid(1))
    expect([name, allocations]).toEqual(['one', null])
    expect(peerMap[PEER]).toMatchObject({ status: 'cluster_error', error: DOWN })
  })

  it('shows an unpin that failed, and recovers it', async () => {
    await peer.cluster.pin(testCid(1), ask())
    await statusBecomes(testCid(1), 'pinned')
    peer.ipfs.down = DOWN
    await peer.cluster.unpin(testCid(1))
    await statusBecomes(testCid(1), 'unpin_error')
    expect((await collect(peer.cluster.statusAll(0))).map(({ peerMap }) => peerMap[PEER]?.status)).toEqual([
      'unpin_error'
    ])
    peer.ipfs.down = undefined
    const { peerMap } = await peer.cluster.recover(testCid(1))
    expect(['unpinning', 'unpin_queued', 'unpinned']).toContain(peerMap[PEER]?.status)
    await until('IPFS has it no more', () => !peer.ipfs.held.has(testCid(1).toString()))
    await statusBecomes(testCid(1), 'unpinned')
  })

  it('of all lists what matches', async () => {
    await peer.cluster.pin(testCid(1), ask())
    await statusBecomes(testCid(1), 'pinned')
    peer.consensus.state.put(testPin(testCid(2)))
    const statuses = async (filter: number): Promise<(string | undefined)[]> =>
      (await collect(peer.cluster.statusAll(filter))).map(({ peerMap }) => peerMap[PEER]?.status)
    expect(await statuses(0)).toEqual(['pinned', 'unexpectedly_unpinned'])
    expect(await statuses(TrackerStatusBits.unexpectedly_unpinned)).toEqual(['unexpectedly_unpinned'])
    expect(await collect(peer.cluster.statusAllLocal(TrackerStatusBits.pinned))).toHaveLength(1)
  })

  it('of all is cluster_error for all that should be here, while the IPFS node is down', async () => {
    peer.consensus.state.put(testPin(testCid(1)))
    const elsewhere = { replicationFactorMin: 1, replicationFactorMax: 1, allocations: [OTHER_PEER] }
    peer.consensus.state.put(testPin(testCid(2), elsewhere))
    peer.ipfs.down = DOWN
    for (const filter of [0, TrackerStatusBits.cluster_error]) {
      const all = await collect(peer.cluster.statusAll(filter))
      expect(all.map(({ cid }) => cid)).toEqual([testCid(1)])
      expect(all[0]?.peerMap[PEER]).toMatchObject({
        status: 'cluster_error',
        error: `could not get pinset from IPFS: ${DOWN}`
      })
    }
    await peer.cluster.pin(testCid(3), ask())
    await statusBecomes(testCid(3), 'pin_error')
    expect((await collect(peer.cluster.statusAll(0))).map(({ peerMap }) => peerMap[PEER]?.status)).toEqual([
      'pin_error',
      'cluster_error'
    ])
    const listings: AsyncIterable<unknown>[] = [
      peer.cluster.statusAll(TrackerStatusBits.pinned),
      peer.cluster.statusAllLocal(0),
      peer.cluster.statusAllLocal(TrackerStatusBits.cluster_error)
    ]
    for (const listing of listings) {
      await expect(collect(listing)).rejects.toThrow(`could not get pinset from IPFS: ${DOWN}`)
    }
  })
})

describe('explain', () => {
  it('says on each peer how the pin fares, and why it is there', async () => {
    await peer.cluster.pin(testCid(1), ask({ replicationFactorMin: 1, replicationFactorMax: 1 }))
    await statusBecomes(testCid(1), 'pinned')
    const { info, allocation } = await peer.cluster.explain(testCid(1))
    expect(info.peerMap[PEER]?.detail?.reason).toBe('the IPFS node of this peer holds it')
    expect(allocation).toMatchObject({
      ...{ outcome: 'kept', allocations: [PEER] },
      peers: [{ peer: PEER, chosen: true, reason: 'current' }]
    })
  })

  it('of what is not pinned says where it would go', async () => {
    await peer.stop()
    peer = await new TestPeer({ init: { replicationFactorMin: 1, replicationFactorMax: 1 } }).start()
    await until('all metrics are there', () => peer.cluster.metricNames().length === 4)
    const { info, allocation } = await peer.cluster.explain(testCid(1))
    expect(info.peerMap[PEER]).toMatchObject({ status: 'unpinned', detail: { reason: 'it is not in the pinset' } })
    expect(allocation).toMatchObject({ outcome: 'extended', allocations: [PEER] })
  })

  it('of a pin for every peer has nothing to say of allocations', async () => {
    await peer.cluster.pin(testCid(1), ask())
    expect(await peer.cluster.explain(testCid(1))).not.toHaveProperty('allocation')
  })
})

describe('recover', () => {
  it('of what is not pinned is unpinned for all, and unknown to one', async () => {
    const { peerMap } = await peer.cluster.recover(testCid(1))
    expect(peerMap[PEER]?.status).toBe('unpinned')
    await expect(peer.cluster.recoverLocal(testCid(1))).rejects.toThrow('pin is not part of the pinset')
  })

  it('of a pin that failed pins it', async () => {
    peer.ipfs.down = DOWN
    await peer.cluster.pin(testCid(1), ask())
    await statusBecomes(testCid(1), 'pin_error')
    peer.ipfs.down = undefined
    expect((await peer.cluster.recoverLocal(testCid(1))).attemptCount).toBeLessThanOrEqual(2)
    await statusBecomes(testCid(1), 'pinned')
    expect(await collect(peer.cluster.recoverAll())).toEqual([])
  })

  it('of all pins what is missing', async () => {
    peer.consensus.state.put(testPin(testCid(1)))
    expect((await collect(peer.cluster.recoverAll())).map(({ cid }) => cid)).toEqual([testCid(1)])
    await statusBecomes(testCid(1), 'pinned')
    peer.ipfs.held.clear()
    expect(await collect(peer.cluster.recoverAllLocal())).toHaveLength(1)
    await statusBecomes(testCid(1), 'pinned')
  })

  it('with a full queue is a cluster_error of the peer, and fails when asked of it alone', async () => {
    await peer.stop()
    peer = await new TestPeer({ tracker: { concurrentPins: 1, maxPinQueueSize: 1 } }).start()
    peer.ipfs.immediate = false
    for (const n of [1, 2, 3]) await peer.cluster.pin(testCid(n), ask({ name: `n${n}` }))
    await statusBecomes(testCid(3), 'pin_error')
    const full = 'pin/unpin operation queue is full. Try increasing max_pin_queue_size'
    const global = await peer.cluster.recover(testCid(3))
    expect(global).toMatchObject({ name: 'n3', allocations: null, origins: null, created: Time.ZERO, metadata: null })
    expect(global.peerMap[PEER]).toMatchObject({ status: 'cluster_error', error: full, attemptCount: 0 })
    await expect(peer.cluster.recoverLocal(testCid(3))).rejects.toThrow(full)
  })

  it('of a sharded item recovers its parts', async () => {
    const shard = testCid(3)
    peer.consensus.state.put(testPin(testCid(1), { type: 'meta-pin', maxDepth: 0, reference: testCid(2) }))
    peer.consensus.state.put(testPin(testCid(2), { type: 'clusterdag-pin', maxDepth: 0, reference: testCid(1) }))
    peer.consensus.state.put(testPin(shard, { type: 'shard-pin', maxDepth: 1 }))
    peer.ipfs.blocks.set(testCid(2).toString(), dagCbor.encode({ 0: shard }))
    expect((await peer.cluster.recoverLocal(testCid(1))).status).toBe('sharded')
    await statusBecomes(shard, 'pinned')
    await statusBecomes(testCid(2), 'pinned')
  })
})

describe('the life of a peer', () => {
  it('is ready when the IPFS node is, and works before', async () => {
    await peer.stop()
    peer = new TestPeer()
    const heard: string[] = []
    peer.events.on('ready', ({ peerId, ipfsId }) => heard.push(peerId, ipfsId))
    peer.ipfs.down = DOWN
    await peer.start()
    await until('it waits', () => peer.lines.includes('Waiting for IPFS to be ready...'))
    await peer.cluster.pin(testCid(1), ask())
    await expect(peer.cluster.ready({ signal: AbortSignal.timeout(5) })).rejects.toThrow()
    expect(await peer.cluster.id()).toMatchObject({ ipfs: { id: '', addresses: null, error: DOWN } })
    peer.ipfs.down = undefined
    peer.ipfs.up()
    await peer.cluster.ready()
    expect(peer.lines.filter((line) => /Peers|peers|IPFS (is|Cluster|to)/.test(line))).toEqual([
      'Cluster Peers (without including ourselves):',
      '    - No other peers',
      'Waiting for IPFS to be ready...',
      `IPFS is ready. Peer ID: ${IPFS_ID}`,
      '** IPFS Cluster is READY **'
    ])
    expect(heard).toEqual([PEER, IPFS_ID])
    // What failed while the node was down is taken up again.
    await statusBecomes(testCid(1), 'pinned')
  })

  it('lists the other peers', async () => {
    await peer.stop()
    peer = new TestPeer()
    peer.consensus.members = [OTHER_PEER, PEER]
    await peer.start()
    await until('it waits', () => peer.lines.includes('Waiting for IPFS to be ready...'))
    expect(peer.lines).toContain(`    - ${OTHER_PEER}`)
  })

  it('gives up waiting when it stops', async () => {
    await peer.stop()
    peer = await new TestPeer().start()
    const ready = peer.cluster.ready()
    await peer.stop()
    await expect(ready).rejects.toThrow('the peer is shutting down')
  })

  it('is over when the consensus never gets ready', async () => {
    await peer.stop()
    peer = new TestPeer()
    peer.consensus.isReady = Promise.reject(new Error('timed out waiting for leader'))
    await peer.start()
    await expect(peer.cluster.ready()).rejects.toThrow('timed out waiting for leader')
    expect(peer.lines).toContain('timed out waiting for leader')
  })

  it('unpins what has expired', async () => {
    await peer.stop()
    peer = new TestPeer({ init: { stateSyncInterval: 5 } })
    const past = new Time(Math.floor(Date.now() / 1000) - 10)
    peer.consensus.state.put(testPin(testCid(1), { expireAt: past }))
    peer.consensus.state.put(testPin(testCid(2), { expireAt: new Time(past.seconds + 3600) }))
    peer.consensus.state.put(testPin(testCid(3), { expireAt: new Time(0) }))
    await peer.start()
    peer.ipfs.up()
    await until('it is unpinned', async () => (await peer.cluster.state.count()) === 2)
    expect(await peer.cluster.state.has(testCid(1))).toBe(false)
  })

  it('leaves the cluster when it stops, if it is told to', async () => {
    await peer.stop()
    peer = await new TestPeer({ init: { leaveOnShutdown: true } }).start()
    peer.ipfs.up()
    await peer.cluster.ready()
    await peer.stop()
    expect(peer.lines).toContain('attempting to leave the cluster. This may take some seconds')
    expect(peer.lines).toContain('leaving cluster: crdt consensus component cannot remove peers')
  })
})

describe('a follower', () => {
  beforeEach(async () => {
    await peer.stop()
    peer = await new TestPeer({ init: { followerMode: true, stateSyncInterval: 5 } }).start()
  })

  it('writes nothing', async () => {
    peer.consensus.state.put(testPin(testCid(1)))
    await expect(peer.cluster.pin(testCid(2), ask())).rejects.toThrow(FOLLOWER)
    await expect(peer.cluster.unpin(testCid(1))).rejects.toThrow(FOLLOWER)
    const nothing = (async function* () {})() as AsyncIterable<never>
    await expect(collect(peer.cluster.add(nothing, {} as never))).rejects.toThrow(FOLLOWER)
  })

  it('asks nobody else for a status', async () => {
    peer.consensus.members = [PEER, OTHER_PEER]
    peer.consensus.state.put(testPin(testCid(1)))
    expect(Object.keys((await peer.cluster.status(testCid(1))).peerMap)).toEqual([PEER])
    expect((await collect(peer.cluster.statusAll(0))).map(({ peerMap }) => Object.keys(peerMap))).toEqual([[PEER]])
    const elsewhere = { replicationFactorMin: 1, replicationFactorMax: 1, allocations: [OTHER_PEER] }
    peer.consensus.state.put(testPin(testCid(2), elsewhere))
    expect((await peer.cluster.status(testCid(2))).peerMap).toMatchObject({ [PEER]: { status: 'remote' } })
  })
})

describe('what a peer tells of itself', () => {
  it('is its ID', async () => {
    const id = {
      ...{ id: PEER, peername: 'peer0', addresses: [], clusterPeers: [PEER], clusterPeersAddresses: [], commit: '' },
      ...{ error: '', rpcProtocolVersion: '/ipfscluster/1.0/rpc', version: peer.cluster.version() },
      ipfs: { id: IPFS_ID, addresses: peer.ipfs.addresses, error: '' }
    }
    expect(await peer.cluster.id()).toEqual(id)
    expect(await collect(peer.cluster.peers())).toEqual([id])
  })

  it('lists peers that cannot be asked with the reason', async () => {
    peer.consensus.members = [PEER, OTHER_PEER]
    const ids = await collect(peer.cluster.peers())
    expect(ids.find(({ id }) => id === OTHER_PEER)).toMatchObject({
      error: 'failed to find any peer in table',
      addresses: null
    })
    await expect(peer.cluster.peerAdd(OTHER_PEER)).rejects.toThrow('failed to find any peer in table')
    expect((await peer.cluster.peerAdd(PEER)).clusterPeers).toEqual([PEER, OTHER_PEER])
    await expect(peer.cluster.peerRemove(OTHER_PEER)).rejects.toThrow('crdt consensus component cannot remove peers')
  })

  it('are its metrics', () => {
    expect(peer.cluster.metricNames().sort()).toEqual(['freespace', 'ping', 'pinqueue', 'tag:group'])
    expect(peer.cluster.metrics('ping')[0]).toMatchObject({
      ...{ peer: PEER, valid: true, weight: 0n, partitionable: false },
      value: `{"peer_name":"peer0","ipfs_id":"${IPFS_ID}","ipfs_addresses":["/ip4/10.1.2.3/tcp/4001/p2p/${IPFS_ID}"]}`
    })
    expect(peer.cluster.metrics('freespace')[0]).toMatchObject({ value: '4000', weight: 4000n })
    expect(peer.cluster.metrics('tag:group')[0]).toMatchObject({ value: 'default', weight: 0n, partitionable: true })
    expect(peer.cluster.metrics('pinqueue')[0]).toMatchObject({ value: '0', weight: 0n })
    expect(peer.cluster.metrics('unknown')).toEqual([])
    expect(peer.cluster.alerts()).toEqual([])
    expect(peer.cluster.bandwidthByProtocol()).toEqual({})
  })

  it('is who is connected to whom', async () => {
    peer.consensus.members = [PEER, OTHER_PEER]
    expect(await peer.cluster.connectGraph()).toEqual({
      clusterId: PEER,
      idToPeername: { [PEER]: 'peer0' },
      ipfsLinks: { [IPFS_ID]: ['QmNeighbour'] },
      clusterLinks: { [PEER]: [], [OTHER_PEER]: [] },
      clusterTrustLinks: { [PEER]: true, [OTHER_PEER]: true },
      clusterToIpfs: { [PEER]: IPFS_ID }
    })
  })

  it('is what garbage collection removed', async () => {
    peer.ipfs.blocks.set(testCid(1).toString(), new Uint8Array())
    const keys = [{ key: testCid(1), error: '' }]
    expect(await peer.cluster.repoGc()).toEqual({
      peerMap: { [PEER]: { peer: PEER, peername: 'peer0', keys, error: '' } }
    })
    peer.ipfs.down = DOWN
    const { peerMap } = await peer.cluster.repoGc()
    expect(peerMap[PEER]).toEqual({ peer: PEER, peername: 'peer0', keys: [], error: DOWN })
    await expect(peer.cluster.repoGcLocal()).rejects.toThrow(DOWN)
  })
})
