import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { create } from 'kubo-rpc-client'
import type { KuboRPCClient } from 'kubo-rpc-client'
import { CID } from 'multiformats/cid'
import { TestCluster } from './harness/cluster.ts'
import { temporaryFolder } from './harness/folder.ts'
import { describeWithGo, describeWithKubo } from './harness/go.ts'
import { startKubo } from './harness/ipfs.ts'
import { Namespace } from './harness/namespace.ts'
import { OUR_BINS } from './harness/peer.ts'
import type { Peer } from './harness/peer.ts'
import { runProgram } from './harness/process.ts'
import { until } from './harness/until.ts'

/** Neighbours at once, so that the nodes of a cluster give one another what only one of them has. */
const CLOSE = { CLUSTER_PEERWATCHINTERVAL: '100ms', CLUSTER_IPFSHTTP_CONNECTSWARMSDELAY: '10ms' }

describe('a cluster whose IPFS node is the proxy of another cluster', () => {
  const lower = new TestCluster({ env: CLOSE })
  const upper = new TestCluster()
  const folder = temporaryFolder()
  let top: Peer

  beforeAll(async () => {
    for (let i = 0; i < 2; i++) await lower.join(await lower.make(undefined, { ipfsPort: undefined }))
    top = await upper.add(undefined, { ipfsPort: proxyPort(at(0)) })
  }, 60_000)
  afterAll(async () => {
    await upper[Symbol.asyncDispose]()
    await lower[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  it('adds through both, and each peer of the lower one has a copy', async () => {
    const content = randomBytes(3_000_000)
    const cid = await addFile('first', content)
    await hasStatus(top, cid, ['pinned'])
    await hasStatus(at(0), cid, ['pinned', 'pinned'])
    await at(0).kill()
    const copy = Buffer.from(await (await fetch(`${at(1).gateway}/ipfs/${cid}`)).arrayBuffer())
    expect(copy.equals(content)).toBe(true)
    await lower.join(at(0))
  }, 60_000)

  it('unpins through both, also what the lower one has lost', async () => {
    const [cid, lost] = [await addFile('second', randomBytes(1000)), await addFile('lost', randomBytes(1000))]
    await hasStatus(top, lost, ['pinned'])
    expect((await at(1).ctl('pin', 'rm', lost)).code).toBe(0)
    await until(async () => !(await hasPin(at(0), lost)))
    for (const each of [cid, lost]) expect((await top.ctl('pin', 'rm', each)).code).toBe(0)
    await until(async () => !(await hasPin(at(0), cid)))
    for (const each of [cid, lost]) await hasStatus(top, each, ['unpinned'])
  }, 60_000)

  it('puts back what the lower one has lost', async () => {
    const cid = await addFile('third', randomBytes(1000))
    await hasStatus(top, cid, ['pinned'])
    expect((await at(1).ctl('pin', 'rm', cid)).code).toBe(0)
    await until(async () => !(await hasPin(at(0), cid)))
    expect((await top.ctl('recover', cid)).code).toBe(0)
    await hasStatus(at(0), cid, ['pinned', 'pinned'])
  }, 60_000)

  it('takes a client of Kubo through both', async () => {
    const client = create({ url: `http://127.0.0.1:${proxyPort(top)}` })
    const { cid } = await client.add('through two proxies')
    expect(await textOf(client.cat(cid))).toBe('through two proxies')
    expect(await hasPin(top, String(cid))).toBe(true)
    await hasStatus(at(0), String(cid), ['pinned', 'pinned'])
    const { repoSize, numObjects } = await client.repo.stat()
    expect(repoSize > 0n && numObjects > 0n).toBe(true)
    await client.pin.rm(cid)
    await until(async () => !(await hasPin(at(0), String(cid))))
  }, 60_000)

  it('waits for the lower one when it is away', async () => {
    await at(0).kill()
    const answer = await fetch(`http://127.0.0.1:${proxyPort(top)}/api/v0/id`, { method: 'POST' })
    expect(answer.status).toBe(502)
    const cid = 'bafkqabtimvwgy3yk'
    expect((await fetch(`${top.rest}/pins/${cid}`, { method: 'POST' })).status).toBe(200)
    await lower.join(at(0))
    await hasStatus(top, cid, ['pinned'])
    await hasStatus(at(1), cid, ['pinned', 'pinned'])
  }, 60_000)

  function at(index: number): Peer {
    const peer = lower.peers[index]
    if (peer === undefined) throw new Error(`peer ${index} was not made`)
    return peer
  }

  async function addFile(name: string, content: Uint8Array): Promise<string> {
    const path = join(folder.path, name)
    writeFileSync(path, content)
    const { code, stdout, stderr } = await top.ctl('add', '--quieter', path)
    if (code !== 0) throw new Error(stderr)
    return stdout.trim()
  }
})

describeWithKubo('the proxy before a Kubo', (kuboBin) => {
  const folder = temporaryFolder()
  let namespace: Namespace
  let cluster: TestCluster
  let peer: Peer
  let stopKubo = async (): Promise<void> => {}
  let rpc: string
  let url: string
  let client: KuboRPCClient

  beforeAll(async () => {
    namespace = await Namespace.open()
    const kubo = await startKubo(kuboBin, folder.path, namespace)
    stopKubo = () => kubo.stop()
    rpc = kubo.rpc
    cluster = new TestCluster({ namespace })
    peer = await cluster.add(undefined, { ipfsPort: kubo.port })
    url = `http://127.0.0.1:${await namespace.reach(proxyPort(peer))}`
    client = create({ url })
  }, 60_000)
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]()
    await stopKubo()
    await namespace[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  it('takes a client of Kubo', async () => {
    const { cid } = await client.add({ path: 'a', content: randomBytes(600_000) }, { cidVersion: 1 })
    expect((await all(client.cat(cid))).reduce((sum, chunk) => sum + chunk.length, 0)).toBe(600_000)
    await hasStatus(peer, String(cid), ['pinned'])
    expect((await all(client.pin.ls({ paths: cid }))).map(({ type }) => type)).toEqual(['recursive'])
    const block = await client.block.put(new TextEncoder().encode('block'), { pin: true })
    expect(await hasPin(peer, String(CID.parse(String(block))))).toBe(true)
    const object = await client.dag.put({ hello: 'you' }, { pin: true })
    expect((await client.dag.get(object)).value).toEqual({ hello: 'you' })
    const second = await client.add('second', { pin: false })
    await client.pin.update(cid, second.cid)
    expect([await hasPin(peer, String(cid)), await hasPin(peer, String(second.cid))]).toEqual([false, true])
    await client.pin.rm(second.cid)
    const { numObjects, repoSize, version } = await client.repo.stat()
    expect(numObjects > 0n && repoSize > 0n && version.startsWith('fs-repo@')).toBe(true)
    expect((await client.version()).version).not.toBe('')
    expect((await client.id()).agentVersion).toContain('kubo')
  }, 60_000)

  it('takes the command line of Kubo', async () => {
    const ipfs = async (...args: string[]): Promise<string> => {
      const api = `/ip4/127.0.0.1/tcp/${proxyPort(peer)}`
      const env = { HOME: folder.path, IPFS_PATH: join(folder.path, 'client') }
      const run = await runProgram(kuboBin, ['--api', api, ...args], { env, prefix: namespace.prefix })
      if (run.code !== 0) throw new Error(`ipfs ${args.join(' ')}: ${run.stderr}`)
      return run.stdout
    }
    const path = join(folder.path, 'file')
    writeFileSync(path, 'by the command line')
    const cid = (await ipfs('add', '--quieter', path)).trim()
    expect(await hasPin(peer, cid)).toBe(true)
    expect(await ipfs('cat', cid)).toBe('by the command line')
    expect(await ipfs('pin', 'ls', '--type', 'recursive')).toContain(cid)
    expect(await ipfs('pin', 'rm', cid)).toContain(`unpinned ${cid}`)
    expect(await ipfs('pin', 'add', '--name', 'n', cid)).toContain(`pinned ${cid} recursively`)
    expect(await ipfs('repo', 'stat')).toMatch(/NumObjects: [1-9]/)
    await expect(ipfs('pin', 'ls', 'bafkqaaa')).rejects.toThrow('is not pinned')
  }, 60_000)

  it.each([
    ['no headers', {}],
    ['a foreign origin', { Origin: 'http://example.org' }],
    ['a foreign referer', { Referer: 'http://example.org/page' }],
    ['a browser without a page', { 'User-Agent': 'Mozilla/5.0 (X11)' }]
  ])('judges %s as the node does', async (_what, headers) => {
    const ask = async (base: string, method: string): Promise<number> =>
      (await fetch(`${base}/pin/ls`, { method, headers: headers as Record<string, string> })).status
    for (const method of ['POST', 'GET']) expect(await ask(`${url}/api/v0`, method)).toBe(await ask(rpc, method))
  })
})

describeWithGo('clusters of this and of the Go release over one another', (goBins) => {
  let namespace: Namespace
  let cluster: TestCluster

  beforeAll(async () => {
    namespace = await Namespace.open()
    cluster = new TestCluster({ namespace })
  })
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]()
    await namespace[Symbol.asyncDispose]()
  })

  it.each([
    ['a Go peer over ours', OUR_BINS, goBins],
    ['ours over a Go peer', goBins, OUR_BINS]
  ])(
    '%s',
    async (_what, lowerBins, upperBins) => {
      const apart = (): Record<string, string> => ({ CLUSTER_SECRET: randomBytes(32).toString('hex') })
      const lower = await cluster.make(lowerBins, { env: apart() })
      await lower.start()
      const upper = await cluster.make(upperBins, { env: apart(), ipfsPort: proxyPort(lower) })
      await upper.start()
      const cid = 'bafkqabtimvwgy3yk'
      expect((await upper.ctl('pin', 'add', cid)).code).toBe(0)
      await hasStatus(upper, cid, ['pinned'])
      await hasStatus(lower, cid, ['pinned'])
      expect((await upper.ctl('pin', 'rm', cid)).code).toBe(0)
      await until(async () => !(await hasPin(lower, cid)))
      await hasStatus(upper, cid, ['unpinned'])
    },
    60_000
  )
})

function proxyPort(peer: Peer): number {
  return Number(peer.env['CLUSTER_IPFSPROXY_LISTENMULTIADDRESS']?.split('/').at(-1))
}

/** Resolves when the peers that have the pin, or would have it, report these states of it. */
async function hasStatus(peer: Peer, cid: string, wanted: readonly string[]): Promise<void> {
  await until(async () => {
    const info = (await (await fetch(`${peer.rest}/pins/${cid}`)).json()) as {
      peer_map: Record<string, { status: string }>
    }
    return (
      Object.values(info.peer_map)
        .map(({ status }) => status)
        .join() === wanted.join()
    )
  })
}

async function hasPin(peer: Peer, cid: string): Promise<boolean> {
  return (await fetch(`${peer.rest}/allocations/${cid}`)).status === 200
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await all(chunks)).toString()
}
