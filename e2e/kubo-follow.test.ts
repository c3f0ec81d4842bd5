import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TestCluster } from './harness/cluster.ts'
import { temporaryFolder } from './harness/folder.ts'
import { Follower } from './harness/follower.ts'
import { describeWithKubo } from './harness/go.ts'
import type { Kubo } from './harness/ipfs.ts'
import { startKubo } from './harness/ipfs.ts'
import { Namespace } from './harness/namespace.ts'
import type { Peer } from './harness/peer.ts'
import { templateOf } from './harness/publisher.ts'
import { until } from './harness/until.ts'

describeWithKubo('a follower beside a Kubo', (kuboBin) => {
  const folder = temporaryFolder()
  let namespace: Namespace
  let cluster: TestCluster
  let kubo: Kubo
  let trusted: Peer
  let follower: Follower
  let before: string[]

  beforeAll(async () => {
    namespace = await Namespace.open()
    cluster = new TestCluster({ namespace })
    kubo = await startKubo(kuboBin, folder.path, namespace)
    before = await pinsOfKubo()
    trusted = await cluster.add()
    follower = new Follower({ folder: join(folder.path, 'follower'), ipfsPort: kubo.port, namespace })
  }, 120_000)
  afterAll(async () => {
    await follower.dispose()
    await kubo.stop()
    await cluster[Symbol.asyncDispose]()
    await namespace[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  it('has its configuration by an IPNS name, and the newer one when it runs again', async () => {
    const first = await publish('first')
    const { stdout } = await follower.command('init', '--gateway', `http://127.0.0.1:${kubo.gatewayPort}`, first.name)
    expect(stdout).toContain(`${first.name} will be read from IPFS: /ipns/${first.name}.`)
    await follower.run()
    await pinnedInKubo(first.cid)
    expect((await follower.ctl('id')).stdout).toContain('| first |')
    expect(await follower.stop()).toBe(0)

    const second = await publish('second')
    expect(second.name).toBe(first.name)
    // Kubo remembers what a name led to for a while.
    await until(async () => (await (await fetch(`${kubo.gateway}/ipns/${first.name}`)).text()).includes('second'))
    await follower.run()
    await pinnedInKubo(second.cid)
    expect((await follower.ctl('id')).stdout).toContain('| second |')
    expect(readFileSync(join(follower.home, 'template.json'), 'utf8')).toContain('"second"')
  }, 180_000)

  it('leaves nothing pinned in the Kubo when it is told to, but for what others have pinned there', async () => {
    await follower.stop()
    const own = await add('something of its user', '')
    expect(await follower.command('leave', '--unpin', '--yes')).toMatchObject({ code: 0, stderr: '' })
    expect(await pinsOfKubo()).toEqual([...before, own].sort())
  })

  /** Publishes a configuration under the name of the Kubo, and has the cluster pin it. */
  async function publish(peername: string): Promise<{ cid: string; name: string }> {
    const template = templateOf(trusted)
    const cid = await add(JSON.stringify({ ...template, cluster: { ...template.cluster, peername } }), '&pin=false')
    const { Name: name } = await rpc<{ Name: string }>(`name/publish?arg=/ipfs/${cid}&allow-offline=true&ttl=1s`)
    expect((await fetch(`${trusted.rest}/pins/${cid}`, { method: 'POST' })).status).toBe(200)
    return { cid, name }
  }

  async function add(text: string, options: string): Promise<string> {
    const body = new FormData()
    body.append('file', new Blob([text]), 'file')
    return (await rpc<{ Hash: string }>(`add?cid-version=1${options}`, body)).Hash
  }

  async function rpc<T>(command: string, body?: FormData): Promise<T> {
    const answer = await fetch(`${kubo.rpc}/${command}`, { method: 'POST', ...(body && { body }) })
    const text = await answer.text()
    if (answer.status !== 200) throw new Error(`${command}: ${text}`)
    return JSON.parse(text) as T
  }

  async function pinsOfKubo(): Promise<string[]> {
    return Object.keys((await rpc<{ Keys: object }>('pin/ls?type=recursive')).Keys).sort()
  }

  async function pinnedInKubo(cid: string): Promise<void> {
    await until(async () => (await follower.pinned()).includes(cid))
    expect((await rpc<{ Keys: object }>(`pin/ls?arg=${cid}`)).Keys).toHaveProperty(cid)
  }
})
