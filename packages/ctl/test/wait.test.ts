import { describe, expect, it } from '@jest/globals'
import { globalPinInfoFromJSON } from '@ipfs-cluster/api'
import type { GlobalPinInfo } from '@ipfs-cluster/api'
import { hasFailed, isReached } from '../src/wait.ts'
import { cannedPeer } from './canned-peer.ts'
import type { CannedPeer } from './canned-peer.ts'
import { run } from './run.ts'

const CID = 'QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm'
const PEERS = [
  '12D3KooWA768LzHMatxkjD1f9DrYW375GZJr6MHPCNEdDtHeTNRt',
  '12D3KooWHVXoJnv2ifmr9K6LWwJPXxkfvzZRHzjiTZMvybeTnwPy',
  '12D3KooWKmHBwzDQUeKJhWjDEuDmvwCApkFrFRLWRuqmCCPT2eSG'
]

function infoJson(statuses: readonly string[]): object {
  const entries = statuses.map((status, i) => [PEERS[i], { peername: `peer${i}`, status }] as const)
  return { cid: CID, peer_map: Object.fromEntries(entries) }
}

function info(...statuses: string[]): GlobalPinInfo {
  return globalPinInfoFromJSON(infoJson(statuses))
}

/** A peer on which a pin goes through these states, one for each time it is asked. */
function peerWith(states: readonly (readonly string[])[], pin: object = {}): Promise<CannedPeer> {
  let next = 0
  return cannedPeer((request) => {
    if (!request.startsWith('GET /pins/')) return { document: { cid: CID, ...pin } }
    return { document: infoJson(states[Math.min(next++, states.length - 1)] ?? []) }
  })
}

describe('isReached', () => {
  it.each([
    [['pinned', 'pinned', 'pinned'], 'pinned', 0, true],
    [['pinned', 'pinning', 'pinned'], 'pinned', 0, false],
    [['pinned', 'remote', 'remote'], 'pinned', -1, true],
    [['pinned', 'pinning', 'remote'], 'pinned', 1, true],
    [['pinned', 'pinning', 'remote'], 'pinned', 2, false],
    [['pinned', 'pinned', 'pinned'], 'pinned', 9, true],
    [['unpinned', 'remote', 'unpinned'], 'unpinned', 0, false],
    [['unpinned', 'unpinned', 'unpinned'], 'unpinned', 0, true]
  ] as const)('%j to be %s on %d: %s', (statuses, target, limit, expected) => {
    expect(isReached(info(...statuses), { target, limit, timeout: 0 })).toBe(expected)
  })

  it('knows what is a failure', () => {
    for (const status of ['undefined', 'cluster_error', 'pin_error', 'unpin_error']) {
      expect(hasFailed(info('pinned', status))).toBe(true)
    }
    expect(hasFailed(info('pinned', 'unexpectedly_unpinned'))).toBe(false)
  })
})

describe('pin add --wait', () => {
  const pinning = ['pinning', 'pinned', 'pinned']
  const pinned = ['pinned', 'pinned', 'pinned']

  it('asks until the pin is done, and prints how it fares', async () => {
    await using peer = await peerWith([pinning, pinning, pinned])
    const { status, stdout } = await run(['--host', peer.host, 'pin', 'add', '--wait', CID])
    expect(status).toBe(0)
    expect(stdout.match(/PINNED/g)).toHaveLength(3)
    expect(peer.asked.filter((request) => request.startsWith('GET'))).toHaveLength(3)
  })

  it('waits for as many copies as the pin asks for, or the flag', async () => {
    await using two = await peerWith([pinning], { replication_factor_min: 2 })
    expect((await run(['--host', two.host, 'pin', 'add', '--wait', CID])).status).toBe(0)
    await using one = await peerWith([['pinned', 'pinning', 'pinning']], { replication_factor_min: 3 })
    const { status, stdout } = await run(['--host', one.host, 'pin', 'add', '-w', '--wl', '1', '--ns', CID])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^Qm\w+ \| /)
  })

  it('ends with 62 when the time is up', async () => {
    await using peer = await peerWith([pinning])
    const argv = ['--host', peer.host, 'pin', 'add', '--wait', '--wait-timeout', '300ms', CID]
    expect(await run(argv)).toEqual({
      status: 62,
      stdout: '',
      stderr: 'error waiting for pin status: context deadline exceeded\n'
    })
  })

  it('gives a failure time to be of this attempt', async () => {
    await using peer = await peerWith([['pin_error'], ['pinning'], ['pinned']])
    expect((await run(['--host', peer.host, 'pin', 'add', '--wait', CID])).status).toBe(0)
  })

  it('ends with a failure that stays', async () => {
    await using peer = await peerWith([['pinned', 'pin_error', 'pinned']])
    const { status, stdout, stderr } = await run(['--host', peer.host, 'pin', 'add', '--wait', CID])
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toBe('error waiting for pin status: error has occurred while attempting to reach status: pinned\n')
  })

  it('waits for every peer to let go', async () => {
    await using peer = await peerWith([
      ['pinned', 'unpinned'],
      ['unpinned', 'unpinned']
    ])
    const { status, stdout } = await run(['--host', peer.host, 'pin', 'rm', '--wait', CID])
    expect(status).toBe(0)
    expect(stdout.match(/UNPINNED/g)).toHaveLength(2)
  })
})

describe('pin add', () => {
  it('prints the status as soon as nothing is left to do', async () => {
    await using peer = await peerWith([['pin_queued'], ['pinned']])
    const { stdout } = await run(['--host', peer.host, 'pin', 'add', CID])
    expect(stdout).toContain(' : PINNED | ')
  })

  it('prints what there is after a second', async () => {
    await using peer = await peerWith([['pinning']])
    const begun = performance.now()
    const { status, stdout } = await run(['--host', peer.host, 'pin', 'add', CID])
    expect(performance.now() - begun).toBeGreaterThan(950)
    expect(status).toBe(0)
    expect(stdout).toContain(' : PINNING | ')
  })
})
