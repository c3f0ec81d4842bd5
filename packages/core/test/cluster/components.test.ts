import { expect, it } from '@jest/globals'
import type { PeerComponents } from '../../src/cluster/index.ts'
import { cluster } from '../../src/cluster/index.ts'
import { nullLogger } from '../../src/util/logger.ts'

it('a peer without all of its parts is refused by their names', () => {
  const components = { logger: nullLogger, peerId: 'x' } as unknown as PeerComponents
  expect(() => cluster({ peername: 'x' })(components)).toThrow(
    'the peer cannot be built without: events, consensus, ipfs, tracker, allocator, adder, metrics, network'
  )
})
