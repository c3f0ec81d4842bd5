import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { readCar } from '../../../src/adder/car/car-reader.ts'
import type { Block } from '../../../src/ipfs/interface.ts'
import { asVersion2, blockOf, carOf } from './cars.ts'

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size)
}

async function read(bytes: Uint8Array, size = 7): Promise<{ roots: CID[]; blocks: Block[] }> {
  const { roots, blocks } = await readCar(pieces(bytes, size))
  return { roots, blocks: await Array.fromAsync(blocks) }
}

const texts = (blocks: readonly Block[]): string[] => blocks.map(({ data }) => Buffer.from(data).toString())
const BLOCKS = ['one', 'two', '', 'three'].map((text) => blockOf(text))

describe('a CAR', () => {
  it('gives its roots, and its blocks in their order', async () => {
    const { roots, blocks } = await read(await carOf(BLOCKS))
    expect(roots.map(String)).toEqual([BLOCKS[0]!.cid.toString()])
    expect(texts(blocks)).toEqual(['one', 'two', '', 'three'])
  })

  it('may have several roots', async () => {
    const { roots } = await read(
      await carOf(
        BLOCKS,
        BLOCKS.map(({ cid }) => cid)
      )
    )
    expect(roots).toHaveLength(4)
  })

  it.each([{}, { padding: 13 }, { padding: 1000, index: Buffer.from('no sections') }])(
    'of version 2 with %j',
    async (form) => {
      const car = await carOf(BLOCKS)
      const { roots, blocks } = await read(asVersion2(car, form))
      expect({ roots, texts: texts(blocks) }).toEqual({ roots: (await read(car)).roots, texts: texts(BLOCKS) })
    }
  )

  it.each(['sha1', 'sha2-512', 'blake2b-256', 'blake3', 'sha3-256'])('may be hashed by %s', async (hash) => {
    expect(texts((await read(await carOf([blockOf('text', hash)]))).blocks)).toEqual(['text'])
  })

  it('may have digests that are cut, and blocks within their CIDs', async () => {
    const { cid, data } = blockOf('text')
    const cut = { cid: CID.createV1(0x55, Digest.create(0x12, cid.multihash.digest.subarray(0, 20))), data }
    const inline = { cid: CID.createV1(0x55, Digest.create(0, data)), data }
    expect(texts((await read(await carOf([cut, inline]))).blocks)).toEqual(['text', 'text'])
  })

  it('is the same however it is cut in pieces', async () => {
    const car = await carOf([blockOf(Buffer.alloc(300, 'a')), ...BLOCKS])
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 500 }), async (size) => {
        expect(texts((await read(car, size)).blocks).slice(1)).toEqual(texts(BLOCKS))
      })
    )
  })

  it('that ends anywhere but behind a block is refused', async () => {
    const car = await carOf([blockOf('one'), blockOf('two')])
    const ends = new Set<number>([car.length])
    for (const count of [0, 1])
      ends.add((await carOf([blockOf('one'), blockOf('two')].slice(0, count), [blockOf('one').cid])).length)
    for (let end = 0; end < car.length; end++) {
      if (ends.has(end)) continue
      await expect(read(car.subarray(0, end))).rejects.toMatchObject({ code: 'ERR_BAD_CAR', message: 'unexpected EOF' })
    }
  })

  it('that was damaged anywhere gives no wrong block', async () => {
    const car = await carOf(BLOCKS)
    const whole = new Map(BLOCKS.map(({ cid, data }) => [cid.toString(), data.toString()]))
    await fc.assert(
      fc.asyncProperty(fc.nat(car.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const damaged = Buffer.from(car)
        damaged[at] = (damaged[at] ?? 0) ^ change
        const { blocks } = await read(damaged).catch((err: unknown) => {
          expect(err).toMatchObject({ code: 'ERR_BAD_CAR' })
          return { blocks: [] }
        })
        for (const { cid, data } of blocks) {
          // A bit of the codec may have flipped: it is the block still.
          const texts = [...whole].filter(
            ([text]) => CID.parse(text).multihash.digest.join() === cid.multihash.digest.join()
          )
          expect(texts.map(([, text]) => text)).toEqual([data.toString()])
        }
      }),
      { numRuns: 300 }
    )
  })
})

describe('what is refused', () => {
  const refused = (bytes: Uint8Array): Promise<unknown> =>
    read(bytes).then(
      () => 'nothing',
      (err: Error) => err.message
    )

  it('a block that is not what its CID says', async () => {
    const { cid } = blockOf('right')
    expect(await refused(await carOf([{ cid, data: Buffer.from('wrong') }]))).toBe(
      `mismatch in content integrity, name: ${cid.toString()}, data: ${blockOf('wrong').cid.toString()}`
    )
  })

  it('a block whose digest is so short that other blocks have the same', async () => {
    const { cid, data } = blockOf('right')
    const short = (size: number): CID =>
      CID.createV1(cid.code, Digest.create(cid.multihash.code, cid.multihash.digest.subarray(0, size)))
    expect(await refused(await carOf([{ cid: short(20), data }]))).toBe('nothing')
    for (const size of [0, 1, 19]) {
      expect(await refused(await carOf([{ cid: short(size), data }]))).toMatch(/a digest of \d+ bytes is too short/)
    }
  })

  it('a section that is too long', async () => {
    const car = await carOf([], [blockOf('x').cid])
    expect(await refused(Buffer.concat([car, Buffer.from('ffffffff0f', 'hex')]))).toMatch(/beyond allowable maximum/)
  })

  it('a header that is too long', async () => {
    expect(await refused(Buffer.from('ffffffff0f', 'hex'))).toMatch(/bytes are too many/)
  })

  it('a header that is none', async () => {
    expect(await refused(Buffer.from('03ffffff', 'hex'))).toMatch(/^invalid header/)
    expect(await refused(Buffer.from('01f6', 'hex'))).toBe('invalid header: it is null')
  })

  it('a version that there is not', async () => {
    expect(await refused(Buffer.from('0aa16776657273696f6e03', 'hex'))).toBe('invalid car version: 3')
  })

  it('codecs and hash functions that no node knows', async () => {
    expect(await refused(await carOf([blockOf('x', 'sha2-256', 0x300000)]))).toMatch(/no decoder for codec 0x300000/)
    const { cid, data } = blockOf('x')
    const strange = { cid: CID.createV1(0x55, Digest.create(0x9999, cid.multihash.digest)), data }
    expect(await refused(await carOf([strange]))).toMatch(/hash function 0x9999 is not known/)
  })

  it('a file of version 2 that was not finished', async () => {
    const car = asVersion2(await carOf(BLOCKS))
    car.fill(0, 35, 43)
    expect(await refused(car)).toMatch(/not finished/)
  })

  it('a file of version 2 whose data is shorter than it says, also where that ends behind a block', async () => {
    const car = asVersion2(await carOf(BLOCKS))
    car.writeBigUInt64LE(car.readBigUInt64LE(35) + 1n, 35)
    const end = Number(car.readBigUInt64LE(27) + car.readBigUInt64LE(35)) - 1
    expect(await refused(car.subarray(0, end))).toBe('unexpected EOF')
  })
})
