import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { join } from 'node:path'
import { rawCid } from './harness/cids.ts'
import { TestCluster } from './harness/cluster.ts'
import { temporaryFolder } from './harness/folder.ts'
import { Follower } from './harness/follower.ts'
import { describeWithGo } from './harness/go.ts'
import { mockIpfs } from './harness/ipfs.ts'
import type { IpfsNode } from './harness/ipfs.ts'
import { Namespace } from './harness/namespace.ts'
import type { Peer } from './harness/peer.ts'
import { OUR_BINS } from './harness/peer.ts'
import { Publisher, templateOf } from './harness/publisher.ts'
import { until } from './harness/until.ts'

describeWithGo('followers of this and of the Go release', (goBins) => {
  describe.each([
    ['a Go peer', goBins],
    ['a peer of ours', OUR_BINS]
  ])('that trust %s', (_, bins) => {
    const folder = temporaryFolder()
    let namespace: Namespace
    let cluster: TestCluster
    let publisher: Publisher
    let trusted: Peer
    const nodes: IpfsNode[] = []
    const followers: Follower[] = []

    beforeAll(async () => {
      namespace = await Namespace.open()
      cluster = new TestCluster({ namespace })
      trusted = await cluster.add(bins)
      publisher = await Publisher.start(join(folder.path, 'published'), namespace)
      const url = publisher.publish('service.json', { ...templateOf(trusted), datastore: { leveldb: {} } })
      for (const [index, program] of [OUR_BINS, goBins].entries()) {
        const node = await mockIpfs(namespace)
        nodes.push(node)
        const follower = new Follower({
          folder: join(folder.path, `follower${index}`),
          bins: program,
          ipfsPort: node.port,
          namespace
        })
        followers.push(follower)
        await follower.run('--init', url)
      }
    }, 120_000)
    afterAll(async () => {
      await Promise.all(followers.map(async (follower) => follower.dispose()))
      await publisher[Symbol.asyncDispose]()
      await Promise.all(nodes.map(async (node) => node.stop()))
      await cluster[Symbol.asyncDispose]()
      await namespace[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    })

    it('pin and unpin what it does, and tell it', async () => {
      const [first, second, third] = ['a', 'b', 'c'].map((name) => rawCid(name).toString()).sort()
      for (const cid of [first, second]) await pin(cid)
      await everyoneHas(first, second)
      await until(async () => (await trusted.ctl('status', first ?? '')).stdout.match(/: PINNED/g)?.length === 3)
      await fetch(`${trusted.rest}/pins/${first}`, { method: 'DELETE' })
      await pin(third)
      await everyoneHas(second, third)
    })

    it('list the same when they are stopped, and go on by the programs of the other', async () => {
      const lists = new Set<string>()
      for (const follower of followers) {
        expect(await follower.stop()).toBe(0)
        lists.add((await follower.command('list')).stdout.split('\n').sort().join('\n'))
        follower.bins = follower.bins === goBins ? OUR_BINS : goBins
        lists.add((await follower.command('list')).stdout.split('\n').sort().join('\n'))
        await follower.run()
      }
      expect([...lists]).toEqual([expect.stringMatching(/^\noffline +\S+ \noffline +\S+ $/)])
      const cids = ['b', 'c', 'd'].map((name) => rawCid(name).toString())
      await pin(rawCid('d').toString())
      await until(async () => (await followers[0]?.pinned())?.includes(cids[2] ?? '') === true)
      await until(async () => (await followers[1]?.pinned())?.includes(cids[2] ?? '') === true)
    }, 120_000)

    async function pin(cid = ''): Promise<void> {
      expect((await fetch(`${trusted.rest}/pins/${cid}`, { method: 'POST' })).status).toBe(200)
    }

    async function everyoneHas(...cids: (string | undefined)[]): Promise<void> {
      for (const follower of followers) await until(async () => (await follower.pinned()).join() === cids.join())
    }
  })
})
