import { describe, expect, it } from '@jest/globals'
import type { Id, Metric, PeerId } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import { IpfsSwarm } from '../../src/cluster/ipfs-swarm.ts'
import { formatPing } from '../../src/cluster/metrics.ts'

const SELF = 'self'
const MINUTE = 60_000

/** Our IPFS node among those of the members, on a clock of its own. */
class World {
  /** IPFS nodes of the members, ourselves among them. */
  readonly nodes = new Map<PeerId, PeerId>([[SELF, 'ipfs-self']])
  readonly connected = new Set<PeerId>()
  readonly unreachable = new Set<PeerId>()
  readonly asked: PeerId[] = []
  readonly dialled: string[] = []
  isDown = false
  now = 0
  readonly swarm = new IpfsSwarm(
    {
      log: { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} },
      peerId: SELF,
      metrics: { latest: () => [...this.nodes].map(([peer, ipfsId]) => ping(peer, ipfsId)) },
      ipfs: {
        swarmPeers: async () => {
          if (this.isDown) throw new ClusterError('ERR_IPFS_UNAVAILABLE', 'down')
          return [...this.connected]
        },
        swarmConnect: async (addresses) => {
          this.dialled.push(...addresses)
          for (const [peer, ipfsId] of this.nodes) {
            if (!this.unreachable.has(peer) && addresses.includes(addressOf(ipfsId))) this.connected.add(ipfsId)
          }
        }
      },
      member: (peer) => ({ id: async () => this.#idOf(peer) }),
      now: () => this.now
    },
    { delay: 1, interval: 1 }
  )

  async after(milliseconds: number): Promise<string[]> {
    this.now += milliseconds
    this.dialled.length = 0
    await this.swarm.look()
    return [...this.dialled]
  }

  async #idOf(peer: PeerId): Promise<Id> {
    this.asked.push(peer)
    if (this.unreachable.has(peer)) throw new ClusterError('ERR_PEER_UNREACHABLE', 'gone')
    const ipfsId = this.nodes.get(peer) ?? ''
    return { ipfs: { id: ipfsId, addresses: [addressOf(ipfsId)], error: '' } } as Id
  }
}

describe('the swarm of the IPFS nodes', () => {
  it('takes in each member once, those that come later too, and never this peer', async () => {
    const world = new World()
    expect(await world.after(0)).toEqual([])
    world.nodes.set('b', 'ipfs-b')
    expect(await world.after(1000)).toEqual([addressOf('ipfs-b')])
    world.nodes.set('c', 'ipfs-c')
    expect(await world.after(1000)).toEqual([addressOf('ipfs-c')])
    expect(await world.after(60 * MINUTE)).toEqual([])
    expect(world.asked).toEqual(['b', 'c'])
  })

  it('asks no member whose node has called first', async () => {
    const world = new World()
    world.nodes.set('b', 'ipfs-b')
    world.connected.add('ipfs-b')
    await world.after(0)
    expect(world.asked).toEqual([])
  })

  it('waits for a member to tell of its node, and takes a new one', async () => {
    const world = new World()
    world.nodes.set('b', '')
    expect(await world.after(0)).toEqual([])
    world.nodes.set('b', 'ipfs-b')
    expect(await world.after(1)).toEqual([addressOf('ipfs-b')])
    world.nodes.set('b', 'ipfs-b2')
    expect(await world.after(1)).toEqual([addressOf('ipfs-b2')])
  })

  it('connects again when the connection is gone', async () => {
    const world = new World()
    world.nodes.set('b', 'ipfs-b')
    await world.after(0)
    await world.after(MINUTE)
    world.connected.clear()
    expect(await world.after(MINUTE)).toEqual([addressOf('ipfs-b')])
  })

  it('calls a member that is not there ever more seldom', async () => {
    const world = new World()
    world.nodes.set('b', 'ipfs-b')
    world.unreachable.add('b')
    for (let second = 0; second < 3600; second++) await world.after(1000)
    const inFirstHour = world.asked.length
    expect(inFirstHour).toBeGreaterThan(8)
    expect(inFirstHour).toBeLessThan(25)
    world.unreachable.clear()
    expect(await world.after(10 * MINUTE)).toEqual([addressOf('ipfs-b')])
  })

  it('calls only some of many at once', async () => {
    const world = new World()
    for (let n = 0; n < 20; n++) world.nodes.set(`peer${n}`, `ipfs${n}`)
    const calls = [await world.after(0), await world.after(1), await world.after(1), await world.after(1)]
    expect(calls.map(({ length }) => length)).toEqual([8, 8, 4, 0])
  })

  it('has its turn later when the own node is down', async () => {
    const world = new World()
    world.nodes.set('b', 'ipfs-b')
    world.isDown = true
    await expect(world.after(0)).rejects.toThrow('down')
    world.isDown = false
    expect(await world.after(1)).toEqual([addressOf('ipfs-b')])
  })
})

function addressOf(ipfsId: PeerId): string {
  return `/ip4/127.0.0.1/tcp/4001/p2p/${ipfsId}`
}

function ping(peer: PeerId, ipfsId: PeerId): Metric {
  const value = formatPing({ peername: peer, ipfsId, ipfsAddresses: [] })
  return { name: 'ping', peer, value, expire: 1n, valid: true, weight: 0n, partitionable: false, receivedAt: 0n }
}
