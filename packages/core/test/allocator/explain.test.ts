import { describe, expect, it } from '@jest/globals'
import { defaultPinOptions, pinWithOptions } from '@ipfs-cluster/api'
import { metricsAllocator, verdictText } from '../../src/allocator/index.ts'
import type { AllocationRequest } from '../../src/allocator/index.ts'
import { testCid, testPin } from '../pintracker/fakes.ts'
import { metric, peer, published } from './metrics.ts'

const options = { ...defaultPinOptions(), replicationFactorMin: 2, replicationFactorMax: 3 }
const pin = pinWithOptions(testCid(1), options)
const [A, B, C, D, E, F] = [1, 2, 3, 4, 5, 6].map(peer) as [string, string, string, string, string, string]

const live = [
  ...[A, B, C, D].map((each, n) => metric('freespace', each, { weight: BigInt(10 * n) })),
  ...[A, B, C, D, E].map((each) => metric('ping', each))
]
const past = [metric('freespace', E), metric('freespace', F, { valid: false })]
const metrics = published(live, past)
const allocator = metricsAllocator({ allocateBy: ['freespace'] })({ metrics })

async function explain(request: AllocationRequest, by = allocator): Promise<string[]> {
  const { peers, allocations } = await by.explain(request)
  if (allocations.length > 0) expect(allocations).toEqual(await by.allocate(request))
  const names = new Map([A, B, C, D, E, F].map((each, n) => [each, 'ABCDEF'.charAt(n)]))
  return peers.map((verdict) => verdictText(verdict).replace(verdict.peer, names.get(verdict.peer) ?? ''))
}

describe('the reasons for an allocation', () => {
  it('are ranks, wishes and metrics', async () => {
    expect(await explain({ pin: { ...pin, userAllocations: [A, F] }, exclude: [C] })).toEqual([
      'A chosen: asked for by the user, ranked 1 of 1 (freespace=0)',
      'D chosen: ranked 1 of 2 (freespace=30)',
      'B chosen: ranked 2 of 2 (freespace=10)',
      'C not chosen: it is excluded (freespace=20)',
      'E not chosen: its metric freespace has expired',
      'F not chosen: its metric freespace is invalid'
    ])
  })

  it('are that nobody has to be looked for', async () => {
    const existing = testPin(testCid(1), { allocations: [B, F, A] })
    expect(await explain({ pin, existing })).toEqual([
      'B chosen: holds it already (freespace=10)',
      'F chosen: holds it already and stays, though its metric freespace is invalid',
      'A chosen: holds it already (freespace=0)',
      'C not chosen: not needed, enough peers hold it (freespace=20)',
      'D not chosen: not needed, enough peers hold it (freespace=30)',
      'E not chosen: its metric freespace has expired'
    ])
  })

  it('are that there are too many', async () => {
    const existing = testPin(testCid(1), { allocations: [A, B, C] })
    const one = { ...pin, replicationFactorMin: 1, replicationFactorMax: 1 }
    expect((await explain({ pin: one, existing })).slice(0, 2)).toEqual([
      'A chosen: holds it already (freespace=0)',
      'B not chosen: holds it already, but there are more than the maximum (freespace=10)'
    ])
  })

  it('are trust', async () => {
    const isTrusted = (each: string): boolean => each === A
    const by = metricsAllocator({ allocateBy: ['freespace'], pinOnlyOnTrustedPeers: true })({ metrics, isTrusted })
    const explanation = await by.explain({ pin })
    expect(explanation).toMatchObject({ allocations: [], outcome: 'short', allocateBy: ['freespace'] })
    expect(explanation.error).toContain('Available candidates: 1')
    expect(explanation.peers).toContainEqual({
      reason: 'untrusted',
      peer: B,
      chosen: false,
      values: { freespace: '10' }
    })
  })

  it('are names of metrics that nobody has, or that stand there twice', async () => {
    const twice = metricsAllocator({ allocateBy: ['freespace', 'freespace'] })({ metrics })
    expect(await explain({ pin }, twice)).toContain('A not chosen: allocate_by names freespace twice (freespace=0)')
    const none = metricsAllocator({ allocateBy: ['none'] })({ metrics })
    expect(await explain({ pin }, none)).toContain('E not chosen: it has published no metric none')
  })
})
