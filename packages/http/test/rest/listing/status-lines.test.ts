import { describe, expect, it } from '@jest/globals'
import type { TrackerStatus } from '@ipfs-cluster/api'
import { emptyPin, encodeGlobalPinInfoLine, Time } from '@ipfs-cluster/api'
import { globalPinInfoIn, restInfo } from '@ipfs-cluster/core/cluster'
import type { AtRest, ListedStatus } from '@ipfs-cluster/core/cluster'
import { encodePin, pinKey } from '@ipfs-cluster/core/codec'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { statusLines } from '../../../src/rest/listing/status-lines.ts'

const PEERS = [
  '12D3KooWG7cNSH8CAfiCZ619K5XxHCrEMcZggvhF9M96EEBeVDo6',
  '12D3KooWMAWNNLgRRsWu5Ah4hd6ecnoWGg78kCGpHaY7UAAJiLrF'
]

const cids = fc.tuple(fc.boolean(), fc.uint8Array({ minLength: 32, maxLength: 32 })).map(([isV0, bytes]) => {
  const hash = create(0x12, bytes)
  return isV0 ? CID.createV0(hash) : CID.createV1(0x55, hash)
})

const pins = fc
  .record({
    cid: cids,
    name: fc.string({ unit: 'grapheme' }),
    metadata: fc.option(fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { minKeys: 1, noNullPrototype: true })),
    allocations: fc.subarray(PEERS),
    origins: fc.subarray(['/ip4/127.0.0.1/tcp/4001', '/dns4/example.org/tcp/4001']),
    timestamp: fc.integer({ min: 1, max: 4e9 }).map((seconds) => new Time(seconds))
  })
  .map((fields) => ({ ...emptyPin(fields.cid), ...fields }))

const statuses = fc.constantFrom<TrackerStatus>('pinned', 'unexpectedly_unpinned', 'remote', 'sharded')

const answerers = fc.constantFrom(...PEERS).chain((peerId) =>
  fc.record({
    peerId: fc.constant(peerId),
    peername: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('"timestamp":"0001-01-01T00:00:00Z"')),
    ipfsPeerId: fc.constantFrom('', ...PEERS),
    ipfsPeerAddresses: fc.subarray(['/ip4/127.0.0.1/tcp/4001'])
  })
)

async function linesOf(...items: ListedStatus[]): Promise<string> {
  async function* batches(): AsyncGenerator<readonly ListedStatus[]> {
    yield items
  }
  let text = ''
  for await (const part of statusLines(batches())) text += part
  return text
}

describe('lines of states', () => {
  it('show times of this peer in its zone, those of others in UTC', async () => {
    const pin = { ...emptyPin(CID.parse('bafkqabtimvwgy3yk')), timestamp: new Time(1795297759) }
    const told = PEERS.map((peerId, i): AtRest => {
      const answerer = { peerId, peername: '', ipfsPeerId: '', ipfsPeerAddresses: [] }
      return { answerer, status: 'pinned', value: undefined, isRemote: i === 1 }
    })
    const line = await linesOf({ key: pinKey(pin.cid), value: encodePin(pin), told })
    expect(line.match(/"timestamp":"[^"]*"/g)).toEqual([
      `"timestamp":"${pin.timestamp.toString()}"`,
      '"timestamp":"2026-11-21T21:49:19Z"'
    ])
  })

  it('are what the whole state would be written as', async () => {
    const told = fc
      .uniqueArray(fc.tuple(answerers, statuses, fc.option(pins), fc.boolean(), fc.boolean()), {
        selector: ([{ peerId }]) => peerId,
        minLength: 1
      })
      .map((each) => each.sort(([a], [b]) => (a.peerId < b.peerId ? -1 : 1)))
    await fc.assert(
      fc.asyncProperty(pins, told, fc.boolean(), async (pin, each, isKnown) => {
        const item: ListedStatus = {
          key: pinKey(pin.cid),
          value: isKnown ? encodePin(pin) : undefined,
          told: each.map(([answerer, status, other, isFull, isRemote]) => {
            if (isFull || !isKnown) return { info: restInfo(pin, answerer, status) }
            const value = other === null ? undefined : encodePin({ ...other, cid: pin.cid })
            return { answerer, status, value, isRemote } satisfies AtRest
          })
        }
        expect(await linesOf(item, item)).toBe(encodeGlobalPinInfoLine(globalPinInfoIn(item)).repeat(2))
      })
    )
  })

  it('that cannot be made are told of at the end', async () => {
    const answerer = { peerId: PEERS[0] ?? '', peername: '', ipfsPeerId: '', ipfsPeerAddresses: [] }
    const told: AtRest[] = [{ answerer, status: 'pinned', value: undefined, isRemote: false }]
    const { cid } = emptyPin(CID.parse('bafkqabtimvwgy3yk'))
    const whole = { key: pinKey(cid), value: encodePin(emptyPin(cid)), told }
    const damaged = { ...whole, value: Uint8Array.of(0x1a, 0xff) }
    await expect(linesOf(damaged, whole)).rejects.toMatchObject({ message: '1 pins cannot be read' })
  })
})
