import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { TestCluster } from './harness/cluster.ts'
import { temporaryFolder } from './harness/folder.ts'
import { describeWithKubo } from './harness/go.ts'
import type { Kubo } from './harness/ipfs.ts'
import { startKubo } from './harness/ipfs.ts'
import { Namespace } from './harness/namespace.ts'
import type { Peer } from './harness/peer.ts'
import { OUR_BINS } from './harness/peer.ts'
import { until } from './harness/until.ts'

/** So much that a Kubo, which stores what is imported in batches, has stored some before the last part comes. */
const CONTENT = randomBytes(40_000_000)
const LAST_PART = 1_000_000

describe('the embedded IPFS nodes', () => {
  const cluster = new TestCluster()
  keepsWhatIsAdded(async () => {
    for (let i = 0; i < 2; i++) await cluster.add(OUR_BINS, { ipfsPort: undefined })
    await cluster.settled()
    return { peers: cluster.peers, rpcs: cluster.peers.map(({ ipfsRpc }) => ipfsRpc) }
  })
  afterAll(async () => cluster[Symbol.asyncDispose]())
})

describeWithKubo('Kubos', (kuboBin) => {
  const folder = temporaryFolder()
  const kubos: Kubo[] = []
  let namespace: Namespace
  let cluster: TestCluster
  keepsWhatIsAdded(async () => {
    namespace = await Namespace.open()
    cluster = new TestCluster({ namespace })
    for (let i = 0; i < 2; i++) {
      const home = join(folder.path, `kubo${i}`)
      mkdirSync(home)
      const kubo = await startKubo(kuboBin, home, namespace)
      kubos.push(kubo)
      await cluster.add(OUR_BINS, { ipfsPort: kubo.port })
    }
    await cluster.settled()
    return { peers: cluster.peers, rpcs: kubos.map(({ rpc }) => rpc) }
  })
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]()
    await Promise.all(kubos.map(async (kubo) => kubo.stop()))
    await namespace[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })
})

function keepsWhatIsAdded(open: () => Promise<{ peers: readonly Peer[]; rpcs: readonly string[] }>): void {
  let peers: readonly Peer[]
  let rpcs: readonly string[]

  beforeAll(async () => {
    ;({ peers, rpcs } = await open())
  }, 180_000)

  it('keep what is being added when their garbage is collected, and what has just been added', async () => {
    let release = (): void => {}
    const halfSent = new Promise<void>((resolve) => (release = resolve))
    const adding = add(peers[0], async function* () {
      yield CONTENT.subarray(0, -LAST_PART)
      await halfSent
      yield CONTENT.subarray(-LAST_PART)
    })
    for (const rpc of rpcs) await until(async () => (await blocksOf(rpc)) > 20)
    // A Kubo waits with it until the import has ended, and begins before anybody else gets to it.
    const collecting = rpcs.map(collectGarbage)
    release()
    const root = await adding
    await Promise.all(collecting)
    await Promise.all(rpcs.map(collectGarbage))
    for (const rpc of rpcs) expect(CONTENT.equals(await read(rpc, root))).toBe(true)
  }, 120_000)

  it('hold nothing of an add that was given up', async () => {
    const stop = new AbortController()
    const sent = randomBytes(3_000_000)
    const before = await Promise.all(rpcs.map(pinsOf))
    const adding = add(
      peers[0],
      async function* () {
        yield sent
        stop.abort()
        await new Promise(() => {})
      },
      stop.signal
    )
    await expect(adding).rejects.toThrow()
    expect(await Promise.all(rpcs.map(pinsOf))).toEqual(before)
  }, 60_000)
}

async function add(
  peer: Peer | undefined,
  content: () => AsyncIterable<Uint8Array>,
  signal?: AbortSignal
): Promise<string> {
  const head = '--XX\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(head)
    yield* content()
    yield Buffer.from('\r\n--XX--\r\n')
  }
  const answer = await fetch(`${peer?.rest ?? ''}/add?stream-channels=false`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=XX' },
    body: ReadableStream.from(body()),
    duplex: 'half',
    ...(signal && { signal })
  })
  const [output] = (await answer.json()) as { cid: string }[]
  return output?.cid ?? ''
}

async function collectGarbage(rpc: string): Promise<void> {
  await (await fetch(`${rpc}/repo/gc`, { method: 'POST' })).text()
}

/** Nothing is looked for elsewhere. */
async function read(rpc: string, cid: string): Promise<Buffer> {
  const answer = await fetch(`${rpc}/cat?arg=${cid}&offline=true`, { method: 'POST' })
  return Buffer.from(await answer.arrayBuffer())
}

async function blocksOf(rpc: string): Promise<number> {
  return (await (await fetch(`${rpc}/refs/local`, { method: 'POST' })).text()).split('\n').length
}

async function pinsOf(rpc: string): Promise<string> {
  return await (await fetch(`${rpc}/pin/ls?type=recursive`, { method: 'POST' })).text()
}
