import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { decodeBroadcast } from '../../../src/consensus/crdt/broadcast.ts'
import { makeBlock, readBlock } from '../../../src/consensus/crdt/delta-block.ts'
import { decodeDelta, encodeDelta, encodedSize } from '../../../src/consensus/crdt/delta.ts'
import type { Delta } from '../../../src/consensus/crdt/delta.ts'
import { decodeVarint, encodeVarint } from '../../../src/consensus/crdt/varint.ts'

const key = fc.stringMatching(/^[A-Z2-7]{1,60}$/)
const delta = fc.record({
  elements: fc.array(fc.record({ key, value: fc.uint8Array() })),
  tombstones: fc.array(fc.record({ key, id: key })),
  priority: fc.nat({ max: 2 ** 52 })
})

const plain = ({ elements, tombstones, priority }: Delta): unknown => ({
  elements: elements.map((element) => [element.key, Buffer.from(element.value).toString('hex')]),
  tombstones,
  priority
})

describe('deltas', () => {
  it('read back as they were written, and are no larger than their entries say', () => {
    fc.assert(
      fc.property(delta, (written) => {
        const bytes = encodeDelta(written)
        expect(plain(decodeDelta(bytes))).toEqual(plain(written))
        const size = [...written.elements, ...written.tombstones].reduce((sum, entry) => sum + encodedSize(entry), 10)
        expect(bytes.length).toBeLessThanOrEqual(size)
      })
    )
  })

  it('keep their keys inside of the set', () => {
    const keys = ['//K1', '/a/../../../dht/x', '/K2/', '/./K3', 'K4', '/']
    const bytes = encodeDelta({
      elements: keys.map((name) => ({ key: name, value: Buffer.from('v') })),
      tombstones: [],
      priority: 1
    })
    expect(decodeDelta(bytes).elements.map((element) => element.key)).toEqual(['K1', 'dht/x', 'K2', 'K3', 'K4', ''])
  })

  it('whose height is absurd leave room to count on', () => {
    const max = Buffer.from('18ffffffffffffffffff01', 'hex')
    expect(decodeDelta(max).priority).toBe(2 ** 52)
  })

  it('are refused when they are malformed', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        for (const read of [decodeDelta, readBlock, decodeBroadcast]) {
          try {
            read(bytes)
          } catch (err) {
            expect((err as Error).name).toBe('ClusterError')
          }
        }
      })
    )
  })
})

describe('delta blocks', () => {
  it('read back as they were made, with sorted links', () => {
    fc.assert(
      fc.property(delta, fc.uniqueArray(fc.nat(50)), (written, parents) => {
        const heads = parents.map((n) => makeBlock({ elements: [], tombstones: [], priority: n }, []).cid)
        const block = makeBlock(written, heads)
        const read = readBlock(block.bytes)
        expect([read.id, read.cid.toString(), read.links]).toEqual([block.id, block.cid.toString(), block.links])
        expect(makeBlock(written, heads.reverse()).id).toBe(block.id)
        expect(Buffer.compare(makeBlock(read.delta, heads).bytes, block.bytes)).toBe(0)
      })
    )
  })
})

describe('varints', () => {
  it('read back as they were written', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (value) => expect(decodeVarint(encodeVarint(value))).toBe(value)))
    expect(Buffer.from(encodeVarint(300)).toString('hex')).toBe('ac02')
  })

  it.each(['', '80', 'ffffffffffffffffffff01'])('are refused when they are %j', (text) => {
    expect(() => decodeVarint(Buffer.from(text, 'hex'))).toThrow('height')
  })
})
