import { describe, expect, it } from '@jest/globals'
import { msgpack } from '../../src/codec/index.ts'
import type { Endpoint } from '../../src/rpc/handlers.ts'
import { rpcClient, rpcServer, SERVICES } from '../../src/rpc/index.ts'
import type { RpcMethod, StreamingMethod } from '../../src/rpc/index.ts'
import { MemoryNetwork } from '../helpers/memory-streams.ts'
import { memoryLogger } from '../cluster/fakes.ts'
import { collect, OTHER_PEER, PEER } from '../pintracker/fakes.ts'
import { TwoPeers } from './helpers.ts'

/** The policy of the Go release v1.1.6, written out, so that a change of the table is a change here. */
const POLICY: Record<'open' | 'trusted' | 'closed', string[]> = {
  open: ['Cluster.ID', 'Cluster.IDStream', 'Cluster.PeerAdd', 'Cluster.Version'],
  trusted: [
    ...[
      'Cluster.PeerRemove',
      'Cluster.Peers',
      'Cluster.RecoverAllLocal',
      'Cluster.RecoverLocal',
      'Cluster.RepoGCLocal'
    ],
    ...['PinTracker.Recover', 'PinTracker.Status', 'PinTracker.StatusAll'],
    ...['IPFSConnector.BlockStream', 'IPFSConnector.RepoStat', 'IPFSConnector.SwarmPeers'],
    ...['Consensus.AddPeer', 'Consensus.LogPin', 'Consensus.LogUnpin', 'Consensus.RmPeer']
  ],
  closed: [
    ...['Cluster.Alerts', 'Cluster.BandwidthByProtocol', 'Cluster.BlockAllocate', 'Cluster.ConnectGraph'],
    ...[
      'Cluster.IPFSID',
      'Cluster.Join',
      'Cluster.PeersWithFilter',
      'Cluster.Pin',
      'Cluster.PinGet',
      'Cluster.PinPath'
    ],
    ...['Cluster.Pins', 'Cluster.Recover', 'Cluster.RecoverAll', 'Cluster.RepoGC', 'Cluster.SendInformerMetrics'],
    ...['Cluster.SendInformersMetrics', 'Cluster.Status', 'Cluster.StatusAll', 'Cluster.StatusAllLocal'],
    ...['Cluster.StatusLocal', 'Cluster.Unpin', 'Cluster.UnpinPath'],
    ...['PinTracker.PinQueueSize', 'PinTracker.RecoverAll', 'PinTracker.Track', 'PinTracker.Untrack'],
    ...['IPFSConnector.BlockGet', 'IPFSConnector.ConfigKey', 'IPFSConnector.Pin', 'IPFSConnector.PinLs'],
    ...['IPFSConnector.PinLsCid', 'IPFSConnector.Resolve', 'IPFSConnector.Unpin'],
    ...['Consensus.Peers', 'PeerMonitor.LatestMetrics', 'PeerMonitor.MetricNames']
  ]
}

const methods = Object.values(SERVICES).flatMap((service) => Object.values(service as Record<string, RpcMethod>))
const nameOf = ({ service, method }: RpcMethod): string => `${service}.${method}`
const table = methods.map((method) => ({ name: nameOf(method), method }))

/** Arguments that every codec can write: a zero value may be one that cannot be read. */
const ARGUMENT_FOR = new Map<msgpack.MsgpackCodec<unknown>, unknown>([
  [msgpack.peerId, PEER],
  [msgpack.multiaddr, '/ip4/127.0.0.1/tcp/9096']
])

function argumentOf(method: RpcMethod): unknown {
  return ARGUMENT_FOR.get(method.argument) ?? method.argument.zero()
}

/** Every method, closed ones as well, answers with its zero reply, and tells who called. */
function everything(callers: string[]): Endpoint[] {
  return methods.map((method) => ({
    method,
    handler:
      method.kind === 'unary'
        ? (_: unknown, { caller }: { caller: string }) => {
            callers.push(caller)
            return method.reply.zero()
          }
        : async function* (args: AsyncIterable<unknown>, { caller }: { caller: string }) {
            callers.push(caller)
            for await (const _ of args) yield method.reply.zero()
          }
  }))
}

function ask(client: TwoPeers['client'], peer: string, method: RpcMethod): Promise<unknown> {
  const argument = argumentOf(method)
  if (method.kind === 'unary') return client.call(peer, method, argument)
  return collect(client.stream(peer, method as StreamingMethod<unknown, unknown>, [argument]))
}

describe('who may call what', () => {
  it('is what the Go release says, for every method that there is', () => {
    for (const policy of ['open', 'trusted', 'closed'] as const) {
      const ours = methods.filter((method) => method.policy === policy).map(nameOf)
      expect(ours.sort()).toEqual([...POLICY[policy]].sort())
    }
    expect(methods).toHaveLength(55)
  })

  it.each(table)('$name', async ({ method }) => {
    const callers: string[] = []
    const peers = await new TwoPeers([everything(callers)]).start()
    const refusal = {
      code: 'ERR_NOT_TRUSTED',
      message: `client does not have permissions to call ${nameOf(method)}`
    }
    for (const isTrusted of [true, false]) {
      peers.isTrusted = isTrusted
      callers.length = 0
      const isAllowed = method.policy === 'open' || (method.policy === 'trusted' && isTrusted)
      const asking = ask(peers.client, PEER, method)
      if (isAllowed) await asking
      else await expect(asking).rejects.toMatchObject(refusal)
      expect(callers).toEqual(isAllowed ? [OTHER_PEER] : [])
    }
    await peers.stop()

    // A peer calls itself without network and policy.
    callers.length = 0
    const network = new MemoryNetwork()
    const self = rpcClient()({ peerId: PEER, network: network.of(PEER), services: [everything(callers)] })
    await ask(self, PEER, method)
    await ask(self, '', method)
    expect(callers).toEqual([PEER, PEER])
    expect(network.streams).toEqual([])
  })

  it('a peer may keep more to itself, as followers do', async () => {
    const callers: string[] = []
    const closed = [SERVICES.Cluster.RepoGCLocal]
    const peers = await new TwoPeers([everything(callers)], { server: { closed } }).start()
    await expect(peers.client.call(PEER, SERVICES.Cluster.RepoGCLocal, {})).rejects.toMatchObject({
      code: 'ERR_NOT_TRUSTED'
    })
    await peers.client.call(PEER, SERVICES.Cluster.ID, {})
    expect(callers).toEqual([OTHER_PEER])
    await peers.stop()
  })

  it('a peer that does not serve a method cannot call itself', async () => {
    const client = rpcClient()({ peerId: PEER, network: new MemoryNetwork().of(PEER) })
    await expect(client.call(PEER, SERVICES.Cluster.ID, {})).rejects.toMatchObject({
      code: 'ERR_RPC_SERVER',
      message: "rpc: can't find method ID"
    })
  })

  it('whether the caller is trusted is asked at each call', async () => {
    const asked: string[] = []
    const network = new MemoryNetwork()
    const server = rpcServer()({
      logger: memoryLogger().logger,
      network: network.of(PEER),
      services: [everything([])],
      isTrusted: (peer) => asked.push(peer) > 2
    })
    await server.start()
    const client = rpcClient()({ peerId: OTHER_PEER, network: network.of(OTHER_PEER) })
    await expect(client.call(PEER, SERVICES.IPFSConnector.RepoStat, {})).rejects.toThrow('permissions')
    await client.call(PEER, SERVICES.IPFSConnector.RepoStat, {})
    expect(new Set(asked)).toEqual(new Set([OTHER_PEER]))
    await server.stop()
  })
})
