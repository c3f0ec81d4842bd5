import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { PROTOCOLS_PATIENCE } from '../../src/network/defaults.ts'
import { VersionCheck } from '../../src/network/version-check.ts'
import { memoryLogger } from '../helpers/memory-logger.ts'

const RPC = '/ipfscluster/1.0/rpc'

beforeEach(() => {
  jest.useFakeTimers()
})

afterEach(() => {
  jest.useRealTimers()
})

async function linesAbout(offered: readonly string[] | undefined): Promise<string[]> {
  const { logger, lines } = memoryLogger()
  const check = new VersionCheck({
    log: logger.forComponent('cluster'),
    now: () => 0,
    offers: () => Promise.resolve(offered)
  })
  check.require(RPC)
  for (let i = 0; i < 3; i++) {
    check.look({ peer: '12D3KooW', agent: 'a\nb' })
    await jest.advanceTimersByTimeAsync(PROTOCOLS_PATIENCE)
  }
  return lines
}

it('says nothing of peers of this version, nor of those that are gone', async () => {
  expect(await linesAbout([RPC, '/ipfs/id/1.0.0'])).toEqual([])
  expect(await linesAbout(undefined)).toEqual([])
})

it('says once who is of another version', async () => {
  expect(await linesAbout(['/ipfscluster/2.0/rpc'])).toEqual([
    'peer 12D3KooW (a b) speaks /ipfscluster/2.0/rpc and not /ipfscluster/1.0/rpc: another version of IPFS Cluster. ' +
      'It takes no part until one is updated'
  ])
})

it('says once who is no peer at all', async () => {
  const [line = '', ...more] = await linesAbout(['/ipfs/id/1.0.0'])
  expect(line).toContain('is no peer of a cluster')
  expect(more).toEqual([])
})
