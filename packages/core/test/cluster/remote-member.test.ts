import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { PeerId, PinInfo } from '@ipfs-cluster/api'
import { defaultPinOptions, TrackerStatusBits } from '@ipfs-cluster/api'
import { RemoteMember } from '../../src/cluster/remote-member.ts'
import { extensionServices, rpcServices } from '../../src/cluster/rpc-services.ts'
import { infoOf } from '../../src/pintracker/listed-pin.ts'
import type { MethodName, RpcClient, RpcServer } from '../../src/rpc/index.ts'
import { EXTENSION_PROTOCOL, rpcClient, rpcServer, SERVICES } from '../../src/rpc/index.ts'
import { MemoryNetwork } from '../helpers/memory-streams.ts'
import { collect, IPFS_ID, OTHER_PEER, PEER, testCid, testPin } from '../pintracker/fakes.ts'
import { memoryLogger, TestPeer } from './fakes.ts'

let peer: TestPeer
let server: RpcServer
let client: RpcClient
let member: RemoteMember
let trusted: PeerId[]

async function startServer(closed: MethodName[] = []): Promise<void> {
  const network = new MemoryNetwork()
  const { cluster, consensus, ipfs, tracker } = peer
  trusted = [OTHER_PEER]
  server = rpcServer({ closed })({
    logger: memoryLogger().logger,
    network: network.of(PEER),
    services: rpcServices({ cluster, consensus, ipfs, added: ipfs, tracker }),
    isTrusted: (each) => trusted.includes(each)
  })
  await server.start()
  client = rpcClient()({ peerId: OTHER_PEER, network: network.of(OTHER_PEER) })
  member = new RemoteMember(client, PEER)
}

beforeEach(async () => {
  peer = await new TestPeer().start()
  await startServer()
})

afterEach(async () => {
  await server.stop()
  await peer.stop()
})

describe('a member that is asked over the network', () => {
  it('tells who it is, and whom it sees', async () => {
    const own = await peer.cluster.id()
    expect(await member.id()).toEqual(own)
    expect(await collect(member.peers())).toEqual([own])
    expect(await collect(client.stream(PEER, SERVICES.Cluster.IDStream, []))).toEqual([own])
    expect(await client.call(PEER, SERVICES.Cluster.Version, {})).toEqual({ version: peer.cluster.version() })
  })

  it('tells the state of pins, one and all, with and without filter', async () => {
    peer.consensus.state.put(testPin(testCid(1), { name: 'one' }))
    peer.consensus.state.put(testPin(testCid(2)))
    peer.ipfs.held.set(testCid(1).toString(), 'recursive')
    expect(await member.status(testCid(1))).toMatchObject({ name: 'one', peer: PEER, status: 'pinned' })
    const statuses = async (filter: number): Promise<string[]> =>
      (await collect(member.statusAll(filter))).map(({ status }) => status)
    expect(await statuses(0)).toEqual(['pinned', 'unexpectedly_unpinned'])
    expect(await statuses(16)).toEqual(['pinned'])
    const unfiltered = await collect(client.stream(PEER, SERVICES.PinTracker.StatusAll, []))
    expect(unfiltered.map(({ status }) => status)).toEqual(['pinned', 'unexpectedly_unpinned'])
  })

  it('recovers, and says what it does', async () => {
    peer.consensus.state.put(testPin(testCid(2)))
    expect((await member.recover(testCid(2))).status).toMatch(/^pin/)
    peer.consensus.state.put(testPin(testCid(3)))
    expect((await collect(member.recoverAll())).map(({ cid }) => cid.toString())).toContain(testCid(3).toString())
  })

  it('stores blocks, and lets them go', async () => {
    const blocks = [1, 2, 3].map((n) => ({ cid: testCid(n), data: new Uint8Array(100_000).fill(n) }))
    await member.putBlocks(blocks)
    expect([...peer.ipfs.blocks.values()].map((data) => [data.length, data[0]])).toEqual([
      ...[1, 2, 3].map((n) => [100_000, n])
    ])
    const { peer: who, keys } = await member.repoGc()
    expect([who, keys.length]).toEqual([PEER, 3])
    expect(await client.call(PEER, SERVICES.IPFSConnector.RepoStat, {})).toEqual({ repoSize: 1000n, storageMax: 5000n })
  })

  it('says with its own words what went wrong with blocks', async () => {
    peer.ipfs.down = 'connection refused'
    const putting = member.putBlocks([{ cid: testCid(1), data: new Uint8Array(1) }])
    await expect(putting).rejects.toMatchObject({ code: 'ERR_RPC_REMOTE', message: 'connection refused' })
  })

  it('that is through before it has all blocks has not stored them', async () => {
    peer.ipfs.putBlocks = async () => {}
    const hanging = Promise.withResolvers<never>()
    async function* blocks(): AsyncGenerator<{ cid: ReturnType<typeof testCid>; data: Uint8Array }> {
      yield { cid: testCid(1), data: new Uint8Array(1) }
      yield await hanging.promise
    }
    await expect(member.putBlocks(blocks())).rejects.toMatchObject({ code: 'ERR_BLOCK_PUT' })
  })

  it('knows its IPFS node and the neighbours of it', async () => {
    peer.ipfs.swarmPeers = async () => [IPFS_ID]
    expect(await member.swarmPeers()).toEqual([IPFS_ID])
    expect((await member.id()).ipfs.id).toBe(IPFS_ID)
  })

  it('says so when it does not trust the caller', async () => {
    trusted = []
    await expect(member.status(testCid(1))).rejects.toMatchObject({ code: 'ERR_NOT_TRUSTED' })
    await expect(collect(member.statusAll(0))).rejects.toMatchObject({ code: 'ERR_NOT_TRUSTED' })
    await expect(member.putBlocks([])).rejects.toMatchObject({ code: 'ERR_NOT_TRUSTED' })
    expect((await member.id()).id).toBe(PEER)
  })

  it('that follows keeps its garbage to itself', async () => {
    await server.stop()
    await startServer([SERVICES.Cluster.RepoGCLocal])
    await expect(member.repoGc()).rejects.toMatchObject({ code: 'ERR_NOT_TRUSTED' })
  })

  it('cannot be waited for longer than 15 seconds for a status', async () => {
    let given: AbortSignal | undefined
    const refuse = (): never => {
      throw new Error('nothing streams here')
    }
    const never: RpcClient = {
      call: (_peer, _method, _argument, options) => {
        given = options?.signal
        return new Promise((_, reject) =>
          options?.signal?.addEventListener('abort', () => reject(options.signal?.reason as Error))
        )
      },
      stream: refuse,
      streamParts: refuse
    }
    const controller = new AbortController()
    const asking = new RemoteMember(never, PEER).status(testCid(1), { signal: controller.signal })
    expect(given).toBeDefined()
    expect(given).not.toBe(controller.signal)
    controller.abort(new Error('enough'))
    await expect(asking).rejects.toThrow('enough')
  })
})

describe('a list of states', () => {
  let extensions: RpcServer
  let offers: boolean
  let asked: RemoteMember

  beforeEach(async () => {
    const network = new MemoryNetwork()
    const components = { logger: memoryLogger().logger, isTrusted: (each: PeerId) => trusted.includes(each) }
    extensions = rpcServer({ protocol: EXTENSION_PROTOCOL })({
      ...components,
      ...{ network: network.of(PEER), services: extensionServices({ tracker: peer.tracker }) }
    })
    await extensions.start()
    offers = true
    asked = new RemoteMember(client, PEER, {
      rpc: rpcClient({ protocol: EXTENSION_PROTOCOL })({ peerId: OTHER_PEER, network: network.of(OTHER_PEER) }),
      offeredBy: async () => offers
    })
    for (const n of [1, 2, 3, 4, 5]) peer.consensus.state.put(testPin(testCid(n), { name: `pin ${n}` }))
    peer.ipfs.held.set(testCid(1).toString(), 'recursive')
    peer.ipfs.immediate = false
    peer.tracker.track(testPin(testCid(5)))
  })

  afterEach(() => extensions.stop())

  const infosOf = async (each: RemoteMember, filter: number): Promise<PinInfo[]> =>
    (await collect(each.list(filter))).flatMap(({ answerer, pins }) => pins.map((pin) => infoOf(answerer, pin)))

  it('is the same by our protocol as by that of the Go release, which those speak that offer no other', async () => {
    const summary = (infos: readonly PinInfo[]): unknown[] =>
      infos.map(({ cid, detail: _, created, timestamp, ...info }) => {
        return { ...info, cid: cid.toString(), created: created.seconds, timestamp: timestamp.seconds }
      })
    for (const filter of [0, TrackerStatusBits.pinned, TrackerStatusBits.pinning, TrackerStatusBits.remote]) {
      const ours = summary(await infosOf(asked, filter))
      expect(ours).toEqual(summary(await collect(member.statusAll(filter))))
      offers = false
      expect(summary(await infosOf(asked, filter))).toEqual(ours)
      offers = true
    }
    expect((await infosOf(asked, 0)).map(({ status }) => status)).toEqual(
      expect.arrayContaining(['pinned', 'unexpectedly_unpinned', 'pinning'])
    )
  })

  it('is not for strangers', async () => {
    trusted = []
    await expect(collect(asked.list(0))).rejects.toMatchObject({ code: 'ERR_NOT_TRUSTED' })
  })

  it('says why there is none', async () => {
    peer.ipfs.down = 'connection refused'
    await expect(collect(asked.list(0))).rejects.toMatchObject({
      code: 'ERR_RPC_REMOTE',
      message: 'could not get pinset from IPFS: connection refused'
    })
  })
})

describe('what trusted peers may change', () => {
  it('is the pinset and the members', async () => {
    const { Cluster, Consensus } = SERVICES
    const pin = testPin(testCid(9), { ...defaultPinOptions(), name: 'theirs' })
    await client.call(PEER, Consensus.LogPin, pin)
    expect((await peer.cluster.pinGet(testCid(9))).name).toBe('theirs')
    await client.call(PEER, Consensus.LogUnpin, pin)
    await expect(peer.cluster.pinGet(testCid(9))).rejects.toMatchObject({ code: 'ERR_NOT_PINNED' })
    await client.call(PEER, Consensus.AddPeer, OTHER_PEER)
    for (const method of [Consensus.RmPeer, Cluster.PeerRemove]) {
      await expect(client.call(PEER, method, OTHER_PEER)).rejects.toMatchObject({
        code: 'ERR_RPC_REMOTE',
        message: 'crdt consensus component cannot remove peers'
      })
    }
    await expect(client.call(PEER, Cluster.RecoverLocal, testCid(9))).rejects.toMatchObject({
      message: 'pin is not part of the pinset'
    })
    // Whoever joins is called back, which cannot be done here.
    await expect(client.call(PEER, Cluster.PeerAdd, OTHER_PEER)).rejects.toMatchObject({
      message: 'failed to find any peer in table'
    })
  })

  it('and nothing else: the rest is refused, not unknown', async () => {
    const { Cluster, PeerMonitor } = SERVICES
    for (const asking of [
      client.call(PEER, Cluster.Pin, testPin(testCid(1))),
      client.call(PEER, PeerMonitor.MetricNames, {})
    ]) {
      await expect(asking).rejects.toMatchObject({ code: 'ERR_NOT_TRUSTED' })
    }
  })
})
