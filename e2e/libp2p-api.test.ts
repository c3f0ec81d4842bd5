import { describe, expect, it } from '@jest/globals'
import { join } from 'node:path'
import { libp2pClient } from '@ipfs-cluster/client/libp2p'
import { createIdentity, formatIdentity } from '@ipfs-cluster/core/config'
import { rawCid } from './harness/cids.ts'
import { TestCluster } from './harness/cluster.ts'
import { describeWithGo } from './harness/go.ts'
import { Namespace } from './harness/namespace.ts'
import { OUR_BINS } from './harness/peer.ts'
import type { Peer } from './harness/peer.ts'
import { freePorts } from './harness/ports.ts'
import { runProgram } from './harness/process.ts'

/** Settings of a peer whose REST API has a libp2p host of its own. */
async function ownHost(port: number): Promise<{ env: Record<string, string>; address: string }> {
  const { id = '', private_key: key = '' } = JSON.parse(formatIdentity(await createIdentity())) as Record<
    string,
    string
  >
  const listen = `/ip4/127.0.0.1/tcp/${port}`
  const env = {
    CLUSTER_RESTAPI_LIBP2PLISTENMULTIADDRESS: listen,
    CLUSTER_RESTAPI_ID: id,
    CLUSTER_RESTAPI_PRIVATEKEY: key
  }
  return { env, address: `${listen}/p2p/${id}` }
}

async function pinAndList(address: string, name: string): Promise<string[]> {
  const client = libp2pClient({ host: address })
  try {
    await client.pin(rawCid(name), { name })
    return (await Array.fromAsync(client.allocations())).map((pin) => pin.name)
  } finally {
    await client.close()
  }
}

describe('the REST API of a daemon over libp2p', () => {
  it('is there under its own identity, as service.json says', async () => {
    await using cluster = new TestCluster()
    const [port = 0] = await freePorts(1)
    const { env, address } = await ownHost(port)
    const peer = await cluster.add(undefined, { env })
    expect(await pinAndList(address, 'by libp2p')).toEqual(['by libp2p'])
    expect(peer.daemon.stderr).toContain(`        ${address}`)
    expect(await peer.stop()).toBe(0)
  })

  it('is not there on the host of a crdt peer, whose secret followers share', async () => {
    await using cluster = new TestCluster()
    const peer = await cluster.add()
    const client = libp2pClient({ host: peer.swarmAddress, secret: Buffer.from(cluster.secret, 'hex') })
    await expect(client.id()).rejects.toThrow('protocols not supported: [/libp2p-http]')
    await client.close()
  })
})

describeWithGo('the REST API over libp2p, with the Go release', (goBins) => {
  it.each([
    ['ctl of the Go release at a peer of ours', OUR_BINS],
    ['a client of ours at a Go peer', goBins]
  ])('%s', async (_, bins) => {
    await using namespace = await Namespace.open()
    await using cluster = new TestCluster({ namespace })
    const [port = 0] = namespace.ports(1)
    const { env, address } = await ownHost(port)
    // With an embedded node, as the mock takes no blocks.
    const peer = await cluster.add(bins, bins === OUR_BINS ? { env, ipfsPort: undefined } : { env })
    if (bins === goBins) {
      const outside = address.replace(`/tcp/${port}/`, `/tcp/${await namespace.reach(port)}/`)
      expect(await pinAndList(outside, 'by ours')).toEqual(['by ours'])
    } else {
      await drivenByGo(peer, address)
    }
  })

  async function drivenByGo(peer: Peer, address: string): Promise<void> {
    const ctl = async (...args: string[]): Promise<string> => {
      const words = ['--host', address, ...args]
      const prefix = peer.prefix
      const outcome = await runProgram(join(goBins, 'ipfs-cluster-ctl'), words, { env: peer.env, prefix })
      expect(outcome).toEqual({ code: 0, stdout: expect.any(String), stderr: '' })
      return outcome.stdout
    }
    expect(await ctl('version')).toMatch(/^1\.1\.6/)
    const cid = rawCid('by Go').toString()
    await ctl('pin', 'add', '--name', 'by Go', '--no-status', cid)
    expect(await ctl('pin', 'ls')).toContain(cid)
    // An upload, whose body is streamed, and an answer that is streamed while it is sent.
    expect(await ctl('add', '--no-stream', join(import.meta.dirname, 'package.json'))).toMatch(/^added /)
  }
})
