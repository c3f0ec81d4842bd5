import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rawCid } from './harness/cids.ts'
import { temporaryFolder } from './harness/folder.ts'
import { Follower } from './harness/follower.ts'
import { mockIpfs } from './harness/ipfs.ts'
import type { IpfsNode } from './harness/ipfs.ts'
import { Peer } from './harness/peer.ts'
import { Publisher, templateOf } from './harness/publisher.ts'
import { until } from './harness/until.ts'

/** Of the embedded IPFS nodes: they talk to this machine alone. */
const LOOPBACK = {
  CLUSTER_IPFSNODE_PROFILE: 'loopback',
  CLUSTER_IPFSNODE_SWARMMULTIADDRESS: '/ip4/127.0.0.1/tcp/0'
}

describe('a collaborative cluster', () => {
  const folder = temporaryFolder()
  let trusted: Peer
  let publisher: Publisher
  let url: string
  let templateCid: string
  let node: IpfsNode
  let otherNode: IpfsNode
  /** With an IPFS node beside it, with one of its own, and one that has its configuration from IPFS. */
  let beside: Follower
  let alone: Follower
  let byIpfs: Follower
  const cids: string[] = []

  beforeAll(async () => {
    const env = { CLUSTER_MONITORPINGINTERVAL: '1s', CLUSTER_IPFSHTTP_CONNECTSWARMSDELAY: '1s' }
    trusted = await Peer.init({ folder: join(folder.path, 'trusted'), env })
    await trusted.start()
    publisher = await Publisher.start(join(folder.path, 'published'))
    const template = templateOf(trusted)
    url = publisher.publish('service.json', template)
    node = await mockIpfs(undefined)
    otherNode = await mockIpfs(undefined)
    beside = new Follower({ folder: join(folder.path, 'beside'), ipfsPort: node.port })
    alone = new Follower({ folder: join(folder.path, 'alone'), env: LOOPBACK })
    byIpfs = new Follower({ folder: join(folder.path, 'byIpfs'), ipfsPort: otherNode.port })
    templateCid = await add(join(folder.path, 'published/service.json'))
    cids.push(templateCid)
    for (const name of ['one', 'two']) {
      const path = join(folder.path, name)
      writeFileSync(path, `content ${name}`)
      cids.push(await add(path))
    }
    cids.sort()
  }, 120_000)
  afterAll(async () => {
    await Promise.all([beside, alone, byIpfs].map(async (follower) => follower.dispose()))
    await publisher[Symbol.asyncDispose]()
    await node.stop()
    await otherNode.stop()
    await trusted.kill()
    folder[Symbol.dispose]()
  })

  it('is joined by those who know where its configuration is, at a URL or on IPFS', async () => {
    expect((await beside.command('init', url)).code).toBe(0)
    const { stdout } = await byIpfs.command('init', '--gateway', trusted.gateway, templateCid)
    expect(stdout).toContain(`${templateCid} will be read from IPFS: /ipfs/${templateCid}.`)
    // A Kubo of whoever runs the tests is none of theirs.
    const own = (await hasKubo()) ? ['--embedded-ipfs'] : []
    await Promise.all([beside.run(), byIpfs.run(), alone.run('--init', url, ...own)])
    expect(byIpfs.program.stderr).toContain(`loading configuration from ${trusted.gateway}/ipfs/${templateCid}`)
    await until(async () => (await trusted.ctl('peers', 'ls')).stdout.match(/Sees [23] other peers/g)?.length === 4)
  }, 180_000)

  it('has its followers pin what the trusted peer pins, also those without a Kubo', async () => {
    for (const follower of [beside, alone, byIpfs]) {
      await until(async () => (await follower.pinned()).join() === cids.join())
    }
    expect(alone.program.stdout).toContain(`An IPFS node is run beside the peer, in ${alone.home}/ipfs.`)
    const answer = await fetch(`${gatewayOf(alone)}/ipfs/${templateCid}`)
    expect(await answer.text()).toBe(readFileSync(join(folder.path, 'published/service.json'), 'utf8'))
  }, 180_000)

  it('cannot be changed by them', async () => {
    const refused = expect.stringContaining('this peer is configured to be in follower mode')
    const cid = rawCid('not wanted').toString()
    const [own = ''] = cids
    for (const words of [
      ['pin', 'add', cid],
      ['pin', 'rm', own],
      ['add', join(folder.path, 'one')]
    ]) {
      const { code, stdout, stderr } = await beside.ctl(...words)
      expect([code, stdout + stderr]).toEqual([2, refused])
    }
    expect((await fetch(`${trusted.rest}/allocations/${cid}`)).status).toBe(404)
    expect((await fetch(`${trusted.rest}/allocations/${own}`)).status).toBe(200)
  })

  it('tells of each follower how it fares', async () => {
    expect((await alone.command('info')).stdout).toContain('Cluster Peer online: true\nIPFS peer online: true\n')
    const info = JSON.parse((await beside.command('info', '--json')).stdout) as Record<string, unknown>
    expect(info).toMatchObject({ id: beside.id, trusted_peers: [trusted.id], peer_online: true, config_source: url })
    expect((await trusted.ctl('status', cids[0] ?? '')).stdout.match(/: PINNED/g)).toHaveLength(4)
  })

  it('has them unpin what it unpins', async () => {
    const cid = cids.find((one) => one !== templateCid) ?? ''
    expect((await trusted.ctl('pin', 'rm', cid)).code).toBe(0)
    cids.splice(cids.indexOf(cid), 1)
    for (const follower of [beside, alone, byIpfs]) {
      await until(async () => (await follower.pinned()).join() === cids.join())
    }
  })

  it('goes on with them when the configuration cannot be had, and lists what they have when they are stopped', async () => {
    await publisher[Symbol.asyncDispose]()
    expect(await beside.stop()).toBe(0)
    expect(existsSync(join(beside.home, 'api-socket'))).toBe(false)
    const { stdout, stderr } = await beside.command('info')
    expect(stdout).toContain(`failed retrieving configuration source (${url})`)
    expect(stderr).toContain('using the copy of the configuration of 2')
    expect((await beside.command('list')).stdout.match(/^offline +\S+ /gm)).toHaveLength(cids.length)
    await beside.run()
    expect(beside.program.stderr).toContain('using the copy of the configuration of 2')
    await until(async () => (await beside.pinned()).join() === cids.join())
  })

  it('is followed again after a kill, by the same IPFS node, which gives the configuration itself', async () => {
    const gateway = gatewayOf(alone)
    await alone.stop('SIGKILL')
    expect(existsSync(join(alone.home, 'api-socket'))).toBe(true)
    const path = join(alone.home, 'service.json')
    const settings = JSON.parse(readFileSync(path, 'utf8')) as { source: string }
    writeFileSync(path, JSON.stringify({ ...settings, source: `127.0.0.1:8080/ipfs/${templateCid}` }))
    await alone.run()
    expect(alone.program.stdout).not.toContain('An IPFS node is run')
    expect(alone.program.stderr).toContain(`loading configuration from ${gateway}/ipfs/${templateCid}`)
    expect(alone.program.stderr).not.toContain('using the copy')
    await until(async () => (await alone.pinned()).join() === cids.join())
  }, 120_000)

  it('is left, with what was pinned for it', async () => {
    const running = await beside.command('leave', '--yes')
    expect(running).toMatchObject({ code: 1, stderr: expect.stringContaining('the peer must be stopped') })
    await beside.stop()
    expect(await beside.command('leave', '--unpin')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nothing was done')
    })
    expect(await pinnedBy(node)).toBe(cids.length)
    expect((await beside.command('leave', '--unpin', '--yes')).stdout).toContain(`Unpinned ${cids.length} items.`)
    expect(await pinnedBy(node)).toBe(0)
    expect(existsSync(beside.home)).toBe(false)
    await alone.stop()
    expect(await alone.command('leave', '-y')).toMatchObject({ code: 0, stderr: '' })
    expect(existsSync(alone.home)).toBe(false)
  })

  it('is not for Raft', async () => {
    await using again = await Publisher.start(join(folder.path, 'published'))
    const raft = again.publish('raft.json', { ...templateOf(trusted), consensus: { raft: {} } })
    const follower = new Follower({ folder: join(folder.path, 'raft'), ipfsPort: node.port })
    const { code, stderr } = await follower.command('run', '--init', raft)
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('this configuration is for Raft, where nobody can follow')
    ])
  })

  async function add(path: string): Promise<string> {
    const { code, stdout, stderr } = await trusted.ctl('add', path)
    expect([code, stderr]).toEqual([0, ''])
    return /^added (\S+)/m.exec(stdout)?.[1] ?? ''
  }
})

/** The gateway of the IPFS node that a follower has of its own. */
function gatewayOf(follower: Follower): string {
  const { ipfs_node: node } = JSON.parse(readFileSync(join(follower.home, 'service.json'), 'utf8')) as {
    ipfs_node: { gateway_multiaddress: string }
  }
  return `http://127.0.0.1:${node.gateway_multiaddress.split('/').at(-1)}`
}

/** Whether there is a Kubo at the usual place. */
async function hasKubo(): Promise<boolean> {
  return await fetch('http://127.0.0.1:5001/api/v0/id', { method: 'POST' }).then(
    () => true,
    () => false
  )
}

async function pinnedBy({ port }: IpfsNode): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v0/pin/ls?stream=true`, { method: 'POST' })
  return (await answer.text()).split('\n').filter((line) => line !== '').length
}
