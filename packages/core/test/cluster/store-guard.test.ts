import { mkdir, open, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { defaultPinOptions } from '@ipfs-cluster/api'
import { createIdentity, defaultServiceConfig } from '../../src/config/index.ts'
import type { Peer } from '../../src/cluster/index.ts'
import { createPeer, peerInitFromConfig } from '../../src/cluster/index.ts'
import { removeFolder, temporaryFolder } from '../helpers/temp-folder.ts'
import { until } from '../helpers/until.ts'
import { testCid } from '../pintracker/fakes.ts'
import { FakeIpfsNode, memoryLogger } from './fakes.ts'

const SECRET = new Uint8Array(32).fill(7)

/** A peer that lives in a folder, through several starts. */
class TestPeer {
  readonly folder: string
  readonly #identity: Awaited<ReturnType<typeof createIdentity>>
  lines: string[] = []
  peer!: Peer

  constructor(folder: string, identity: Awaited<ReturnType<typeof createIdentity>>) {
    this.folder = folder
    this.#identity = identity
  }

  get store(): string {
    return join(this.folder, 'leveldb')
  }

  async start(bootstrap: string[] = []): Promise<void> {
    await mkdir(this.folder, { recursive: true })
    const config = defaultServiceConfig({ consensus: 'crdt', datastore: 'leveldb' })
    config.cluster.listenMultiaddress = ['/ip4/127.0.0.1/tcp/0']
    config.cluster.mdnsInterval = 0
    config.cluster.secret = SECRET
    const init = peerInitFromConfig(config, {
      ...{ identity: this.#identity, location: this.store, folder: this.folder, bootstrap }
    })
    const { logger, lines } = memoryLogger()
    this.lines = lines
    const ipfs = new FakeIpfsNode()
    ipfs.up()
    this.peer = createPeer({ ...init, logger, parts: { ipfs: () => ipfs } })
    await this.peer.start()
  }

  async pin(from: number, to: number): Promise<void> {
    for (let n = from; n < to; n++) await this.peer.cluster.pin(testCid(n), defaultPinOptions())
  }

  async becomes(count: number): Promise<void> {
    await until(`it has ${count} pins`, async () => (await this.peer.cluster.state.count()) === count)
  }
}

let folder: string
let healthy: TestPeer
let damaged: TestPeer
let address: string

beforeEach(async () => {
  folder = await temporaryFolder()
  healthy = new TestPeer(join(folder, 'healthy'), await createIdentity())
  damaged = new TestPeer(join(folder, 'damaged'), await createIdentity())
  await healthy.start()
  await healthy.pin(0, 30)
  const { addresses } = await healthy.peer.cluster.id()
  address = addresses?.[0] ?? ''
})
afterEach(async () => {
  await Promise.allSettled([healthy.peer.stop(), damaged.peer.stop()])
  await removeFolder(folder)
})

const filesOf = async (peer: TestPeer, ending: RegExp): Promise<string[]> =>
  (await readdir(peer.store)).filter((name) => ending.test(name)).map((name) => join(peer.store, name))

/** Overwrites the middle of a file. */
async function garble(path: string): Promise<void> {
  await using file = await open(path, 'r+')
  const { size } = await file.stat()
  await file.write(Buffer.alloc(Math.ceil(size / 2), 0xa5), 0, undefined, Math.floor(size / 4))
}

describe('a peer whose datastore was damaged', () => {
  beforeEach(async () => {
    await damaged.start([address])
    await damaged.becomes(30)
    await damaged.peer.stop()
  })

  it.each([
    ['the manifest is garbled', /^MANIFEST/],
    ['CURRENT is garbled', /^CURRENT/]
  ])('has everything again when %s', async (_, files) => {
    for (const path of await filesOf(damaged, files)) await garble(path)
    await damaged.start([address])
    await damaged.becomes(30)
    expect(damaged.lines.filter((line) => line.includes('THE DATASTORE IS DAMAGED'))).toHaveLength(1)
    const beside = await readdir(damaged.folder)
    expect(beside.filter((name) => name.startsWith('leveldb.damaged-'))).toHaveLength(1)
  })

  it('has everything again when CURRENT is gone, and loses no other file', async () => {
    for (const path of await filesOf(damaged, /^CURRENT/)) await rm(path)
    await damaged.start([address])
    await damaged.becomes(30)
    const [aside = ''] = (await readdir(damaged.folder)).filter((name) => name.startsWith('leveldb.damaged-'))
    expect(await readdir(join(damaged.folder, aside))).not.toEqual([])
  })

  it('has everything again when a table is gone', async () => {
    // A start turns the log into a table, so that there is one.
    await damaged.start([address])
    await damaged.peer.stop()
    const tables = await filesOf(damaged, /\.ldb$/)
    expect(tables.length).toBeGreaterThan(0)
    for (const path of tables) await rm(path)
    await damaged.start([address])
    await damaged.becomes(30)
  })

  it('keeps what only this peer knew, as far as it can be read', async () => {
    await healthy.peer.stop()
    await damaged.start([address])
    await damaged.pin(30, 40)
    await damaged.peer.stop()
    for (const path of await filesOf(damaged, /^MANIFEST/)) await garble(path)
    await damaged.start([address])
    await damaged.becomes(40)
    expect(damaged.lines.some((line) => line.includes('took over'))).toBe(true)
    await damaged.pin(40, 41)
    await damaged.becomes(41)
  })

  it('does not start when no other peer is known, and touches nothing', async () => {
    await rm(join(damaged.folder, 'peerstore'), { force: true })
    for (const path of await filesOf(damaged, /^MANIFEST/)) await garble(path)
    const before = await readdir(damaged.store)
    await expect(damaged.start()).rejects.toMatchObject({ code: 'ERR_DATASTORE_CORRUPT' })
    expect(await readdir(damaged.folder)).toEqual(expect.not.arrayContaining([expect.stringContaining('.damaged')]))
    expect((await readdir(damaged.store)).filter((name) => !/^LOG/.test(name))).toEqual(
      before.filter((name) => !/^LOG/.test(name))
    )
  })

  it('sets the folder aside at the next start when damage was found in use', async () => {
    await writeFile(`${damaged.store}.damaged`, 'a table is garbled')
    await damaged.start([address])
    await damaged.becomes(30)
    expect((await readdir(damaged.folder)).filter((name) => name === 'leveldb.damaged')).toEqual([])
    expect(damaged.lines.some((line) => line.includes('a table is garbled'))).toBe(true)
  })
})
