import { access, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { spawnMain, startChild } from './child.ts'
import { after, startNode, temporaryFolder } from './helpers.ts'

describe('the program', () => {
  it('says where it listens, and keeps its identity', async () => {
    const repo = await temporaryFolder()
    const first = await startChild(repo)
    expect(first.ready).toMatchObject({
      ready: true,
      api: expect.stringMatching(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+$/),
      swarm: []
    })
    expect(await readFile(join(repo, 'api'), 'utf8')).toBe(first.ready.api)
    first.process.kill('SIGTERM')
    expect(await first.exited).toBe(0)
    await expect(access(join(repo, 'api'))).rejects.toThrow()
    const second = await startChild(repo)
    expect(second.ready.id).toBe(first.ready.id)
  })

  it('ends when whoever started it is gone', async () => {
    const child = await startChild(await temporaryFolder())
    child.process.stdin.end()
    expect(await child.exited).toBe(0)
  })

  it('lets one process have a repo', async () => {
    const repo = await temporaryFolder()
    await startChild(repo)
    const second = spawnMain(['--repo', repo, '--api', '/ip4/127.0.0.1/tcp/0'])
    expect(await second.exited).toBe(1)
    expect(await second.stderr).toContain('is in use by another node: stop it, or choose another folder with --repo')
  })

  it('takes a repo over from a process that was killed', async () => {
    const repo = await temporaryFolder()
    const first = await startChild(repo)
    first.process.kill('SIGKILL')
    expect(await first.exited).toBe('SIGKILL')
    expect((await startChild(repo)).ready.id).toBe(first.ready.id)
  })

  it('says which address is taken, and how to choose another', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    after(async () => server.close())
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const taken = `/ip4/127.0.0.1/tcp/${port}`
    const free = '/ip4/127.0.0.1/tcp/0'
    for (const [flag, args] of [
      ['--api', ['--profile', 'offline', '--api', taken, '--gateway', free]],
      ['--gateway', ['--profile', 'offline', '--api', free, '--gateway', taken]],
      ['--swarm', ['--profile', 'loopback', '--api', free, '--gateway', free, '--swarm', taken]]
    ] as const) {
      const child = spawnMain(['--repo', await temporaryFolder(), ...args])
      expect(await child.exited).toBe(1)
      const text = await child.stderr
      expect(text).toContain(taken)
      expect(text).toContain('address in use')
      expect(text).toContain(`Choose another with ${flag}`)
    }
  })

  it('explains what it does not understand', async () => {
    const noRepo = spawnMain([])
    expect([await noRepo.exited, await noRepo.stderr]).toEqual([1, expect.stringContaining('--repo is missing')])
    const unknown = spawnMain(['--nonsense'])
    expect(await unknown.exited).toBe(2)
    const profile = spawnMain(['--repo', await temporaryFolder(), '--profile', 'moon'])
    expect([await profile.exited, await profile.stderr]).toEqual([
      1,
      expect.stringContaining('offline, loopback, online')
    ])
    const address = spawnMain(['--repo', await temporaryFolder(), '--profile', 'offline', '--api', 'localhost:5001'])
    expect([await address.exited, await address.stderr]).toEqual([
      1,
      expect.stringContaining('--api: "localhost:5001"')
    ])
  })
})

describe('ipfsNode', () => {
  it('frees its repo when it cannot start', async () => {
    const { node } = await startNode()
    const repo = await temporaryFolder()
    await expect(startNode({ repo, api: node.apiMultiaddr })).rejects.toThrow('address in use')
    const again = await startNode({ repo })
    expect(again.node.peerId).toMatch(/^12D3Koo/)
  })

  it('does not start with a key that is not its own', async () => {
    const repo = await temporaryFolder()
    const { node } = await startNode({ repo })
    await node.stop()
    const file = join(repo, 'config')
    const config = JSON.parse(await readFile(file, 'utf8')) as { Identity: { PeerID: string } }
    config.Identity.PeerID = '12D3KooWAk2z2zZL2UeA69uzy7WHGC9JFJ4LHuJy27BhWwGppLXw'
    await writeFile(file, JSON.stringify(config))
    await expect(startNode({ repo })).rejects.toThrow('correct one of them')
  })

  it('listens for other nodes only when it is to', async () => {
    const offline = await startNode()
    expect(offline.node.swarmMultiaddrs).toEqual([])
    const loopback = await startNode({ profile: 'loopback' })
    expect(loopback.node.swarmMultiaddrs).toEqual([
      expect.stringMatching(new RegExp(`^/ip4/127.0.0.1/tcp/\\d+/p2p/${loopback.node.peerId}$`))
    ])
  })

  it('answers that the disk is full, and goes on', async () => {
    const { post, client } = await startNode({ diskReserve: Number.MAX_SAFE_INTEGER })
    const form = new FormData()
    form.append('file', new Blob(['x']), 'x')
    const response = await post('add', { body: form })
    expect(response.status).toBe(500)
    expect(await response.json()).toMatchObject({ Message: expect.stringContaining('no space left on device') })
    expect((await client.repo.stat()).numObjects).toBe(0n)
    expect((await client.id()).id.toString()).toMatch(/^12D3Koo/)
  })
})
