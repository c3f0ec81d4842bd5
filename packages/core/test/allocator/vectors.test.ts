import { describe, expect, it } from '@jest/globals'
import type { Metric, PeerId, Pin } from '@ipfs-cluster/api'
import { pinWithOptions } from '@ipfs-cluster/api'
import { readFile } from 'node:fs/promises'
import { metricsAllocator } from '../../src/allocator/index.ts'
import { Pinning } from '../../src/cluster/pinning.ts'
import { withReplicationFactors } from '../../src/cluster/pin-checks.ts'
import { MetricStore } from '../../src/monitor/index.ts'
import { nullLogger } from '../../src/util/logger.ts'
import { FakeState, NO_OPTIONS, testCid, testPin } from '../pintracker/fakes.ts'

/** A case that was run on a Go peer v1.1.6. */
interface Case {
  name: string
  op: 'pin' | 'block_allocate' | 'allocate'
  allocate_by: string[]
  /** In the order of their arrival. */
  metrics: {
    name: string
    peer: PeerId
    value: string
    /** Decimal text beyond 2^53. */
    weight: number | string
    partitionable: boolean
    valid: boolean
    expired: boolean
  }[]
  /** As stored before; null: not pinned. */
  current: PeerId[] | null
  user_allocations: PeerId[]
  blacklist?: PeerId[]
  preset_allocations?: PeerId[]
  rmin: number
  rmax: number
  default_rmin?: number
  default_rmax?: number
  /** Whose metrics count; absent: everybody's. */
  peerset?: PeerId[]
  trusted?: PeerId[]
  pin_only_on?: 'trusted' | 'untrusted'
  follower_mode?: boolean
  result?: PeerId[]
  /** For outcomes that Go leaves to chance: who may stand at each place. */
  slots?: PeerId[][]
  error?: string
}

const cases = JSON.parse(
  await readFile(new URL('../fixtures/alloc/allocations.json', import.meta.url), 'utf8')
) as Case[]

const CID = testCid(1)
const NOW = 10_000_000_000n
const SECOND = 1_000_000_000n

const done = (): Promise<void> => Promise.resolve()

/** Allocating a pin needs no IPFS node. */
const never = (): Promise<never> => Promise.reject(new Error('not part of this fake'))

function metricsOf({ metrics, peerset }: Case): { latest(name: string): Metric[] } {
  const store = new MetricStore()
  for (const { name, peer, value, weight, partitionable, valid, expired } of metrics) {
    const expire = expired ? NOW - SECOND : NOW + SECOND
    store.add({ name, peer, value, weight: BigInt(weight), partitionable, valid, expire, receivedAt: NOW }, NOW)
  }
  const latest = (name: string): Metric[] => store.latest(name, NOW)
  return {
    latest: peerset === undefined ? latest : (name) => latest(name).filter(({ peer }) => peerset.includes(peer))
  }
}

/** Does what a peer does with the settings and the pin of a case. */
async function run(test: Case): Promise<readonly PeerId[]> {
  const defaults = { replicationFactorMin: test.default_rmin ?? -1, replicationFactorMax: test.default_rmax ?? -1 }
  const metrics = metricsOf(test)
  const allocator = metricsAllocator({
    allocateBy: test.allocate_by,
    pinOnlyOnTrustedPeers: test.pin_only_on === 'trusted',
    pinOnlyOnUntrustedPeers: test.pin_only_on === 'untrusted'
  })({ metrics, isTrusted: (peer) => test.trusted?.includes(peer) ?? true })
  const factors = { replicationFactorMin: test.rmin, replicationFactorMax: test.rmax }
  const options = { ...NO_OPTIONS, ...factors, userAllocations: test.user_allocations }
  const requested: Pin = { ...pinWithOptions(CID, options), allocations: test.preset_allocations ?? [] }
  const existing = test.current === null ? {} : { existing: testPin(CID, { allocations: test.current }) }
  if (test.op === 'allocate') return allocator.allocate({ pin: requested, ...existing })
  if (test.op === 'block_allocate') {
    const pin = withReplicationFactors(requested, defaults)
    const isEverywhere = pin.replicationFactorMin < 0
    return isEverywhere ? metrics.latest('ping').map(({ peer }) => peer) : allocator.allocate({ pin, ...existing })
  }
  const state = new FakeState()
  if (existing.existing !== undefined) state.put(existing.existing)
  const init = { ...defaults, followerMode: test.follower_mode ?? false }
  const components = { consensus: { state, logPin: done, logUnpin: done }, ipfs: { resolve: never, getBlock: never } }
  const marks = { list: () => [] }
  const pinning = new Pinning({ ...components, allocator, marks, log: nullLogger.forComponent('cluster') }, init)
  return (await pinning.put(requested, { exclude: test.blacklist ?? [] })).allocations ?? []
}

describe('allocations of the Go release', () => {
  it('are all there', () => {
    expect(cases).toHaveLength(319)
  })

  it.each(cases.filter(({ error }) => error !== undefined))('fail alike: $name', async (test) => {
    await expect(run(test)).rejects.toMatchObject({ name: 'ClusterError', message: test.error })
  })

  it.each(cases.filter(({ result }) => result !== undefined))('are the same: $name', async (test) => {
    expect(await run(test)).toEqual(test.result)
  })

  it.each(cases.filter(({ slots }) => slots !== undefined))('are possible: $name', async (test) => {
    const peers = await run(test)
    const slots = test.slots ?? []
    expect(peers).toHaveLength(slots.length)
    expect(new Set(peers).size).toBe(peers.length)
    for (const [place, peer] of peers.entries()) expect(slots[place]).toContain(peer)
  })
})
