import { describe, expect, it } from '@jest/globals'
import type { MultiaddrConnection } from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import fc from 'fast-check'
import { gatherWrites } from '../../src/network/gathered-writes.ts'
import { tapOutput } from '../../src/network/tap.ts'
import { until } from '../helpers/until.ts'

const LARGE = 64 * 1024

/** A connection whose writes are gathered, the sizes of what it sends in fact, and what arrives. */
function setUp(): { here: MultiaddrConnection; flush: () => void; sent: number[]; read: () => Buffer } {
  const [here, there] = multiaddrConnectionPair()
  const sent: number[] = []
  const chunks: Uint8Array[] = []
  there.addEventListener('message', ({ data }) => void chunks.push(data.subarray()))
  tapOutput(here, ({ byteLength }) => void sent.push(byteLength))
  return { here, flush: gatherWrites(here), sent, read: () => Buffer.concat(chunks) }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('gatherWrites', () => {
  it('sends what is written in one turn together, also behind promises', async () => {
    const { here, sent, read } = setUp()
    here.send(Buffer.from('one '))
    await Promise.resolve()
    here.send(Buffer.from('two '))
    expect(sent).toEqual([])
    await nextTurn()
    here.send(Buffer.from('three'))
    await until(() => read().toString() === 'one two three')
    expect(sent).toEqual([8, 5])
  })

  it('sends at once what is large, behind what waits, and what waits when it is told to', () => {
    const { here, flush, sent } = setUp()
    here.send(new Uint8Array(LARGE))
    expect(sent).toEqual([LARGE])
    here.send(new Uint8Array(1))
    here.send(new Uint8Array(LARGE))
    expect(sent).toEqual([LARGE, LARGE + 1])
    here.send(new Uint8Array(2))
    flush()
    expect(sent).toEqual([LARGE, LARGE + 1, 2])
  })

  it('says when the connection is full', async () => {
    const { here } = setUp()
    expect(here.send(new Uint8Array(1))).toBe(true)
    here.writableNeedsDrain = true
    expect(here.send(new Uint8Array(1))).toBe(false)
    await nextTurn()
  })

  it('lets nobody hear of a connection that ends while something waits but those who watch it', async () => {
    const { here, sent } = setUp()
    here.send(new Uint8Array(1))
    here.abort(new Error('over'))
    await nextTurn()
    expect(sent).toEqual([])
    expect(() => here.send(new Uint8Array(1))).toThrow(/closed/)
  })

  it('ends a connection that fails to send', async () => {
    const [here] = multiaddrConnectionPair()
    here.send = () => {
      throw new Error('no more')
    }
    gatherWrites(here)
    here.send(new Uint8Array(1))
    await nextTurn()
    expect(here.status).toBe('aborted')
  })

  it('changes neither the bytes nor their order', async () => {
    const writes = fc.array(fc.record({ size: fc.integer({ min: 1, max: 40_000 }), waits: fc.boolean() }), {
      maxLength: 20
    })
    await fc.assert(
      fc.asyncProperty(writes, async (each) => {
        const { here, read } = setUp()
        const chunks = each.map(({ size }, i) => Buffer.alloc(size, i))
        for (const [i, chunk] of chunks.entries()) {
          here.send(chunk)
          if (each[i]?.waits === true) await nextTurn()
        }
        const all = Buffer.concat(chunks)
        await until(() => read().length === all.length)
        expect(read().equals(all)).toBe(true)
      }),
      { numRuns: 30 }
    )
  })
})
