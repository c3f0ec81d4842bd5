import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { decodePin, encodePin, peerIdFromBytes, readPinAllocations, readPinSummary } from '../../src/codec/index.ts'
import { storedPins } from './arbitraries.ts'

it('reads of a stored pin what decoding it gives', () => {
  fc.assert(
    fc.property(storedPins, (pin) => {
      const value = encodePin(pin)
      const { name, metadata, timestamp, allocations } = decodePin(value)
      expect(readPinAllocations(value).map(peerIdFromBytes)).toEqual(allocations)
      const summary = readPinSummary(value)
      expect({ ...summary, metadata: summary.metadata ? Object.fromEntries(summary.metadata) : null }).toEqual({
        name,
        metadata,
        timestamp
      })
    })
  )
})
