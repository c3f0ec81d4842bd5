import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryFolder } from './harness/folder.ts'
import { Peer } from './harness/peer.ts'

describe('a peer with its embedded IPFS node', () => {
  const folder = temporaryFolder()
  let peer: Peer

  beforeAll(async () => {
    peer = await Peer.init({ folder: folder.path })
    await peer.start()
  })
  afterAll(async () => {
    await peer.kill()
    folder[Symbol.dispose]()
  })

  it('adds a file, pins it, and gives it back through the gateway', async () => {
    const { path, content } = makeFile('first', 3_000_000)
    const cid = await add(path)
    expect((await peer.ctl('pin', 'ls', cid)).stdout).toContain(cid)
    await pinned(cid)
    expect((await download(cid)).equals(content)).toBe(true)
  })

  it('has all that was acknowledged after its IPFS node is killed in the middle of an add', async () => {
    const kept = makeFile('kept', 1_000_000)
    const cid = await add(kept.path)
    const { path } = makeFile('large', 60_000_000)
    const interrupted = peer.ctl('add', path)
    await sleep(Math.random() * 200)
    process.kill(ipfsNodePid(), 'SIGKILL')

    const outcome = await interrupted
    // Whichever came first, the end of the add or the kill: what it says must be so.
    if (outcome.code === 0) await pinned(addedCid(outcome.stdout))
    await pinned(cid)
    expect((await download(cid)).equals(kept.content)).toBe(true)
    await pinned(await add(path))
  })

  it('is whole again after a kill of the daemon, which takes the IPFS node with it', async () => {
    const { path, content } = makeFile('third', 2_000_000)
    const cid = await add(path)
    const ipfs = ipfsNodePid()
    await peer.kill()
    await ended(ipfs)
    await peer.start()
    await pinned(cid)
    expect((await download(cid)).equals(content)).toBe(true)
  })

  it('stops cleanly, and finds its state when it starts again', async () => {
    const { path } = makeFile('fourth', 1000)
    const cid = await add(path)
    const ipfs = ipfsNodePid()
    expect(await peer.stop()).toBe(0)
    await ended(ipfs)
    await peer.start()
    await pinned(cid)
  })

  function makeFile(name: string, size: number): { path: string; content: Buffer } {
    const path = join(folder.path, name)
    writeFileSync(path, randomBytes(size))
    return { path, content: readFileSync(path) }
  }

  async function add(path: string): Promise<string> {
    const outcome = await peer.ctl('add', path)
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    return addedCid(outcome.stdout)
  }

  async function pinned(cid: string): Promise<void> {
    for (;;) {
      const { stdout } = await peer.ctl('--enc', 'json', 'status', cid)
      const { peer_map: peers } = JSON.parse(stdout) as { peer_map: Record<string, { status: string }> }
      if (Object.values(peers).every(({ status }) => status === 'pinned')) return
      await sleep(50)
    }
  }

  /** Compared with `equals`: Jest's own comparison looks at one byte at a time, which takes half a minute. */
  async function download(cid: string): Promise<Buffer> {
    const answer = await fetch(`${peer.gateway}/ipfs/${cid}`)
    expect(answer.status).toBe(200)
    return Buffer.from(await answer.arrayBuffer())
  }

  function ipfsNodePid(): number {
    return Number(
      execFileSync('pgrep', ['-P', String(peer.daemon.pid)], { encoding: 'utf8' })
        .trim()
        .split('\n')[0]
    )
  }
})

function addedCid(stdout: string): string {
  const cid = /^added (\S+)/m.exec(stdout)?.[1]
  if (cid === undefined) throw new Error(`ctl printed no CID:\n${stdout}`)
  return cid
}

async function ended(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    await sleep(20)
  }
}
