import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { rawCid } from './harness/cids.ts'
import { temporaryFolder } from './harness/folder.ts'
import { startMockIpfs } from './harness/mock-ipfs.ts'
import { OUR_BINS, Peer } from './harness/peer.ts'
import { Program } from './harness/process.ts'
import { pinset } from './harness/pins.ts'
import { canMount, SmallDisk } from './harness/small-disk.ts'

/** The embedded node leaves 64 MB free for its database. */
const MEGABYTES = 100

/** Pins of an import, and the bytes that are left for it: enough to begin. */
const IMPORTED = 5000
const IMPORT_ROOM = 512 * 1024

const folder = temporaryFolder()
let number = 0

beforeAll(() => {
  if (!canMount) process.stderr.write('Tests with a full disk need root on Linux, to mount a small one: skipped.\n')
})
afterAll(() => folder[Symbol.dispose]())

const describeWithDisk = canMount ? describe : describe.skip

describeWithDisk('a peer on a disk that gets full', () => {
  const root = join(folder.path, 'whole')
  let disk: SmallDisk
  let peer: Peer

  beforeAll(async () => {
    disk = new SmallDisk(root, MEGABYTES)
    peer = await Peer.init({ folder: root })
    await peer.start()
  })
  beforeEach(() => disk.free())
  afterEach(() => disk.free())
  afterAll(async () => {
    await peer.kill()
    disk[Symbol.dispose]()
  })

  it('refuses what it cannot keep, answers what it is asked, and goes on when there is room again', async () => {
    const content = 'kept'.repeat(1000)
    const cid = await add(peer, content)
    disk.fill()

    const acknowledged = await pinUntilRefused(peer)
    const refused = await peer.ctl('pin', 'add', rawCid(`pin ${number++}`).toString())
    expect(refused).toMatchObject({ code: 2, stderr: '' })
    expect(refused.stdout).toMatch(/Code: 507\n {2}Message: no room left for the datastore .*No space left on device/)
    await expectAddRefused(peer)

    const listed = await peer.ctl('pin', 'ls')
    for (const pin of [cid, ...acknowledged]) expect(listed.stdout).toContain(pin)
    expect((await peer.ctl('id')).code).toBe(0)
    expect(await (await fetch(`${peer.gateway}/ipfs/${cid}`)).text()).toBe(content)

    disk.free()
    await untilAdded(peer, 'there is room again')
    expect((await peer.ctl('pin', 'add', '--no-status', rawCid(`pin ${number++}`).toString())).code).toBe(0)
  })

  it('has all that was acknowledged when it is killed on a full disk', async () => {
    const cid = await untilAdded(peer, 'acknowledged before the disk was full')
    disk.fill()
    const acknowledged = await pinUntilRefused(peer)
    await peer.kill()

    const started = await peer.service(['daemon'])
    expect(started.code).toBe(1)
    expect(started.stderr).toMatch(/no space left on device.*\n {2}Make room on the disk/i)

    disk.free()
    await peer.start()
    const listed = await peer.ctl('pin', 'ls')
    for (const pin of [cid, ...acknowledged]) expect(listed.stdout).toContain(pin)
    expect(await peer.stop()).toBe(0)
    await peer.start()
  })

  it('keeps its pinset when an import finds no room, and takes the import when there is some', async () => {
    const before = (await pinset(peer)).map((line) => (JSON.parse(line) as { cid: string }).cid)
    expect(await peer.stop()).toBe(0)
    const file = join(folder.path, 'imported')
    const cids = Array.from({ length: IMPORTED }, () => rawCid(`pin ${number++}`).toString())
    writeFileSync(file, cids.map((cid) => `{"cid":"${cid}","type":"pin","max_depth":-1}\n`).join(''))

    disk.fill(IMPORT_ROOM)
    const refused = await peer.service(['state', 'import', '-f', file])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/no space left on device[^]*\n {2}Make room on the disk/i)
    disk.free()
    expect(cidsOf((await peer.service(['state', 'export'])).stdout)).toEqual(new Set(before))

    expect((await peer.service(['state', 'import', '-f', file])).code).toBe(0)
    expect(cidsOf((await peer.service(['state', 'export'])).stdout)).toEqual(new Set(cids))
    await peer.start()
  })
})

function cidsOf(lines: string): Set<string> {
  return new Set(lines.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line) as { cid: string }).cid)))
}

describeWithDisk('a peer whose IPFS node is on a disk that gets full', () => {
  const root = join(folder.path, 'repo')
  let disk: SmallDisk
  let peer: Peer

  beforeAll(async () => {
    peer = await Peer.init({ folder: root })
    disk = new SmallDisk(join(root, 'peer', 'ipfs'), MEGABYTES)
    await peer.start()
  })
  afterAll(async () => {
    await peer.kill()
    disk[Symbol.dispose]()
  })

  it('keeps its pinset, refuses to add, and goes on when there is room again', async () => {
    const cid = await add(peer, 'before')
    disk.fill()
    await expectAddRefused(peer)
    const pin = rawCid(`pin ${number++}`).toString()
    expect((await peer.ctl('pin', 'add', '--no-status', pin)).code).toBe(0)
    const listed = await peer.ctl('pin', 'ls')
    for (const pinned of [cid, pin]) expect(listed.stdout).toContain(pinned)
    expect(await (await fetch(`${peer.gateway}/ipfs/${cid}`)).text()).toBe('before')
    disk.free()
    await untilAdded(peer, 'after')
  })
})

describe('a peer whose log cannot be written', () => {
  it('works all the same', async () => {
    const ipfs = await startMockIpfs()
    const peer = await Peer.init({ folder: join(folder.path, 'log'), ipfsPort: ipfs.port })
    const command = `exec ${join(OUR_BINS, 'ipfs-cluster-service')} daemon 2>/dev/full`
    const daemon = new Program('/bin/sh', ['-c', command], { env: peer.env })
    try {
      while ((await fetch(`${peer.rest}/id`).catch(() => undefined)) === undefined) {
        expect(daemon.running).toBe(true)
        await sleep(20)
      }
      expect((await peer.ctl('pin', 'add', '--no-status', rawCid('unlogged').toString())).code).toBe(0)
      expect(await daemon.stop('SIGTERM')).toBe(0)
    } finally {
      await daemon.stop('SIGKILL')
      await ipfs.stop()
    }
  })
})

async function add(peer: Peer, content: string): Promise<string> {
  const path = join(folder.path, 'file')
  writeFileSync(path, content)
  const outcome = await peer.ctl('add', '--quieter', path)
  expect(outcome).toMatchObject({ code: 0, stderr: '' })
  return outcome.stdout.trim()
}

/** The node takes a moment to find that there is room again. */
async function untilAdded(peer: Peer, content: string): Promise<string> {
  const path = join(folder.path, 'again')
  writeFileSync(path, content)
  for (;;) {
    const outcome = await peer.ctl('add', '--quieter', path)
    if (outcome.code === 0) return outcome.stdout.trim()
    await sleep(20)
  }
}

async function expectAddRefused(peer: Peer): Promise<void> {
  const path = join(folder.path, 'refused')
  writeFileSync(path, randomBytes(1_000_000))
  const outcome = await peer.ctl('add', path)
  expect(outcome.code).toBe(2)
  expect(outcome.stdout).toMatch(/Code: 500\n {2}Message: .*no space left on device/i)
}

/** Pins one thing after the other until one is refused. */
async function pinUntilRefused(peer: Peer): Promise<string[]> {
  const acknowledged: string[] = []
  for (;;) {
    const cid = rawCid(`pin ${number++}`).toString()
    const answer = await fetch(`${peer.rest}/pins/${cid}`, { method: 'POST' })
    await answer.text()
    if (answer.status === 507) return acknowledged
    expect(answer.status).toBe(200)
    acknowledged.push(cid)
  }
}
