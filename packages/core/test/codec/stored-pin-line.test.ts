import { encodePinLine } from '@ipfs-cluster/api'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { decodePin, encodePin, LineBuffer, pinKey, pinKeyToCid, putStoredPin } from '../../src/codec/index.ts'
import { cids, storedPins } from './arbitraries.ts'
import { fromHex, readFixture, readVectors } from './vectors.ts'

const lines = new LineBuffer()

function lineOf(key: string, value: Uint8Array): string {
  lines.truncate(0)
  putStoredPin(lines, key, value)
  return lines.take()
}

describe('lines of stored pins', () => {
  it('are those of the decoded pins', () => {
    fc.assert(
      fc.property(storedPins, (pin) => {
        expect(lineOf(pinKey(pin.cid), encodePin(pin))).toBe(encodePinLine(pin))
      }),
      { numRuns: 500 }
    )
  })

  it('are those of the decoded pins for what Go wrote, whatever key it is under', () => {
    for (const { hex = '' } of readVectors('pins_protobuf.json')) {
      fc.assert(
        fc.property(cids, (cid) => {
          const key = pinKey(cid)
          expect(lineOf(key, fromHex(hex))).toBe(encodePinLine(decodePin(fromHex(hex), pinKeyToCid(key))))
        }),
        { numRuns: 10 }
      )
    }
  })

  it('are those of an export', () => {
    for (const line of readFixture('state_export.ndjson').trim().split('\n')) {
      const stored = readVectors('pins_protobuf.json').find(
        ({ extra }) => JSON.stringify(extra?.['json_after_decode']) === line
      )
      const bytes = fromHex(stored?.hex ?? '')
      expect(lineOf(pinKey(decodePin(bytes).cid), bytes)).toBe(`${line}\n`)
    }
  })

  it('fail on any bytes as decoding does, or agree with it', () => {
    const key = pinKey(decodePin(fromHex(readVectors('pins_protobuf.json')[0]?.hex ?? '')).cid)
    const mutated = fc
      .tuple(storedPins, fc.nat(), fc.nat(255))
      .map(([pin, position, byte]) => encodePin(pin).with(position % encodePin(pin).length, byte))
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 60 })), (bytes) => {
        const run = (read: () => string): string => {
          try {
            return read()
          } catch (error) {
            return (error as Error).name
          }
        }
        expect(run(() => lineOf(key, bytes))).toBe(run(() => encodePinLine(decodePin(bytes, pinKeyToCid(key)))))
      }),
      { numRuns: 2000 }
    )
  })
})
