import { describe, expect, it } from '@jest/globals'
import { form, joined, lines, pseudoRandom, startNode } from './helpers.ts'
import type { TestNode } from './helpers.ts'

async function twoNodes(): Promise<[TestNode, TestNode]> {
  const [a, b] = [await startNode({ profile: 'loopback' }), await startNode({ profile: 'loopback' })]
  return [a, b]
}

describe('two nodes on loopback', () => {
  it('find one another, and a pin on one fetches from the other', async () => {
    const [a, b] = await twoNodes()
    const content = pseudoRandom(3_000_000)
    const { cid } = await a.client.add(content)
    const [address = ''] = a.node.swarmMultiaddrs
    expect(await b.client.swarm.connect(address as never)).toEqual([`connect ${a.node.peerId} success`])
    const [peer] = await b.client.swarm.peers()
    expect(peer?.peer.toString()).toBe(a.node.peerId)

    const progress = await lines(await b.post(`pin/add?arg=${cid.toString()}&progress=true`))
    expect(progress.at(-1)).toEqual({ Pins: [cid.toString()] })
    expect(progress.at(-2)).toEqual({ Progress: 13 })
    // What was pinned is here for good: the other node is not needed any more.
    await a.node.stop()
    expect(Buffer.compare(await joined(b.client.cat(cid, { offline: true } as never)), content)).toBe(0)
    const stat = await b.client.bitswap.stat()
    expect(stat.blocksReceived).toBe(13n)
  })

  it('wait for a block that nobody has, until it comes', async () => {
    const [a, b] = await twoNodes()
    const { cid } = await a.client.add('late', { onlyHash: true })
    await b.client.swarm.connect(a.node.swarmMultiaddrs[0] as never)
    const pinning = b.client.pin.add(cid)
    await a.client.add('late')
    expect((await pinning).toString()).toBe(cid.toString())
  })

  it('take a block that comes by an add while they wait for it', async () => {
    const b = await startNode({ profile: 'loopback' })
    const { cid } = await b.client.add('comes by hand', { onlyHash: true })
    const pinning = b.client.pin.add(cid)
    // The pin must be waiting when the block comes, or there is nothing to see.
    while ((await b.client.bitswap.stat()).wantlist.length === 0);
    await b.client.add('comes by hand', { pin: false })
    expect((await pinning).toString()).toBe(cid.toString())
  })

  it('give up when the time that a client gave is over', async () => {
    const [a, b] = await twoNodes()
    const { cid } = await a.client.add('never stored', { onlyHash: true })
    const response = await b.post(`pin/add?arg=${cid.toString()}&timeout=300ms`)
    expect(response.status).toBe(500)
    expect(await response.json()).toMatchObject({ Message: 'context deadline exceeded', Code: 0, Type: 'error' })
  })

  it('are three: each pins what the others have, and tells of them as Kubo does', async () => {
    const nodes = [...(await twoNodes()), await startNode({ profile: 'loopback' })]
    for (const [i, { client }] of nodes.entries()) {
      for (const { node } of nodes.slice(i + 1)) await client.swarm.connect(node.swarmMultiaddrs[0] as never)
    }
    const cids = await Promise.all(
      nodes.map(async ({ client }, i) => (await client.add(pseudoRandom(600_000, i + 1))).cid)
    )
    await Promise.all(nodes.flatMap(({ client }) => cids.map(async (cid) => client.pin.add(cid))))
    for (const { post, node } of nodes) {
      const { Peers } = (await (await post('swarm/peers?verbose=true')).json()) as {
        Peers: { Addr: string; Peer: string; Latency: string; Identify: { ID: string; AgentVersion: string } }[]
      }
      const others = nodes.map((other) => other.node.peerId).filter((id) => id !== node.peerId)
      expect(Peers.map(({ Peer }) => Peer).sort()).toEqual(others.sort())
      for (const { Addr, Peer, Latency, Identify } of Peers) {
        expect(Addr).toMatch(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+$/)
        expect({ Latency, id: Identify.ID }).toEqual({ Latency: 'n/a', id: Peer })
        expect(Identify.AgentVersion).toMatch(/^ipfs-cluster-node\//)
      }
      const { Addresses } = (await (await post('id')).json()) as { Addresses: string[] }
      expect(Addresses).toEqual(node.swarmMultiaddrs)
    }
  })

  it('do not go beyond this machine', async () => {
    const [, b] = await twoNodes()
    const address = '/ip4/192.0.2.1/tcp/4001/p2p/12D3KooWAk2z2zZL2UeA69uzy7WHGC9JFJ4LHuJy27BhWwGppLXw'
    const response = await b.post(`swarm/connect?arg=${encodeURIComponent(address)}`)
    expect(response.status).toBe(500)
    const { Message } = (await response.json()) as { Message: string }
    expect(Message).toMatch(/^connect 12D3KooWAk2z2zZL2UeA69uzy7WHGC9JFJ4LHuJy27BhWwGppLXw failure: failed to dial/)
  })

  it('exchange blocks as nodes of the public network do', async () => {
    // Repos made for another profile have no bootstrap nodes, so nothing leaves this machine.
    const repos = await Promise.all(
      [1, 2].map(async () => {
        const { node, repo } = await startNode()
        await node.stop()
        return repo
      })
    )
    const [a, b] = await Promise.all(repos.map((repo) => startNode({ repo, profile: 'online' })))
    const { cid } = await a!.client.add('found by asking those who are connected')
    await b!.client.swarm.connect(a!.node.swarmMultiaddrs[0] as never)
    await b!.client.pin.add(cid)
    const { protocols } = await b!.client.id()
    expect(protocols).toContain('/ipfs/bitswap/1.2.0')
  })

  it('stay apart when one is offline', async () => {
    const a = await startNode()
    for (const command of [
      'swarm/peers',
      'swarm/connect?arg=/ip4/127.0.0.1/tcp/1/p2p/12D3KooWAk2z2zZL2UeA69uzy7WHGC9JFJ4LHuJy27BhWwGppLXw'
    ]) {
      const response = await a.post(command)
      expect(await response.json()).toMatchObject({ Message: expect.stringContaining('online mode') })
    }
    const missing = await a.post('block/get?arg=QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn')
    expect(await missing.json()).toMatchObject({
      Message:
        'block was not found locally (offline): ipld: could not find QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn'
    })
    const added = await a.post('add', { body: form({ f: 'x' }) })
    expect(added.status).toBe(200)
  })
})
