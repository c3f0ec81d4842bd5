import { describe, expect, it } from '@jest/globals'
import { encodePinLine, parseCid, parseJSON, pinFromJSON, Time } from '@ipfs-cluster/api'
import type { Pin } from '@ipfs-cluster/api'
import fc from 'fast-check'
import { pinFields, pinKey } from '@ipfs-cluster/core/codec'
import type { PinFields } from '@ipfs-cluster/core/codec'
import { readPinLine } from '../../src/state/pin-line.ts'
import { readVectorText } from '../helpers/vectors.ts'

const CIDS = [
  'bafkreifarcilnpffknl72bruqpi45uoao24j6foap7xbmp64l22dcmkngq',
  'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPbdG',
  'zb2rhe5P4gXftAwvA4eXQ5HJwsER2owDyS9sKaQRRVQPn93bA'
]
const PEERS = ['12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5', 'QmaCpDMGvV2BGHeYERUEnRQAwe3N8SzbUtfsmvsqQLuvuJ']

const cid = fc.constantFrom(...CIDS).map(parseCid)
const time = fc.oneof(
  fc.constant(Time.ZERO),
  fc.integer({ min: 0, max: 4e9 }).map((seconds) => new Time(seconds, 0, seconds % 600))
)
const pins: fc.Arbitrary<Pin> = fc.record<Pin>({
  replicationFactorMin: fc.integer(),
  replicationFactorMax: fc.constantFrom(-1, 0, 3),
  name: fc.string({ unit: 'grapheme' }),
  mode: fc.constantFrom('direct', 'recursive'),
  shardSize: fc.maxSafeNat(),
  userAllocations: fc.constantFrom(null, []),
  expireAt: time,
  metadata: fc.option(fc.dictionary(fc.string(), fc.string())),
  pinUpdate: fc.option(cid),
  origins: fc.constantFrom(null, [], ['/ip4/127.0.0.1/tcp/1']),
  cid,
  type: fc.constantFrom('pin', 'meta-pin', 'clusterdag-pin', 'shard-pin', 'bad-type'),
  allocations: fc.option(fc.subarray(PEERS)),
  maxDepth: fc.constantFrom(-1, 0, 1, 7),
  reference: fc.option(cid),
  timestamp: time
})

/** What the line is taken for as any JSON; undefined when it is a mistake. */
function slowly(line: string): { key: string; fields: PinFields } | undefined {
  try {
    const pin = pinFromJSON(parseJSON(line))
    return { key: pinKey(pin.cid), fields: pinFields(pin) }
  } catch {
    return undefined
  }
}

function expectTheSame(line: string): void {
  const read = readPinLine(line)
  if (read === undefined) return
  expect(read).toEqual(slowly(line))
}

describe('readPinLine', () => {
  it('takes a line for the same pin as a reader of any JSON', () => {
    fc.assert(fc.property(pins, (pin) => expectTheSame(encodePinLine(pin).trim())))
  })

  it('takes no line for a pin that is a mistake to a reader of any JSON', () => {
    const piece = fc.constantFrom('', '0', '"', '\\', ',', '{', '}', '[', ']', ':', 'null', '5', '"a"', ' ', '\t', '-')
    const part = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(pins, part, fc.nat(2), piece, (pin, at, cut, instead) => {
        const line = encodePinLine({ ...pin, userAllocations: null, pinUpdate: null, origins: [] }).trim()
        const place = Math.floor(at * line.length)
        expectTheSame(line.slice(0, place) + instead + line.slice(place + cut))
      }),
      { numRuns: 2000 }
    )
  })

  it('knows what peers export', async () => {
    const lines = (await readVectorText('state_export.ndjson')).trim().split('\n')
    expect(lines.filter((line) => readPinLine(line) !== undefined).length).toBeGreaterThan(lines.length / 2)
    for (const line of lines) expectTheSame(line)
  })

  it.each(CIDS)('gives the key of %s', (text) => {
    const pin = fc.sample(pins, 1)[0]!
    const plain = {
      ...pin,
      name: 'plain',
      shardSize: 0,
      replicationFactorMin: -1,
      metadata: { a: 'b' },
      type: 'pin'
    } as const
    const line = encodePinLine({
      ...plain,
      cid: parseCid(text),
      userAllocations: null,
      pinUpdate: null,
      origins: []
    }).trim()
    expect(readPinLine(line)?.key).toBe(pinKey(parseCid(text)))
  })
})
