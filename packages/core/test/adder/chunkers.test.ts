import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ChunkBuffer } from '../../src/adder/chunkers/chunk-buffer.ts'
import { parseChunker } from '../../src/adder/chunkers/parse.ts'
import { noise } from './support.ts'
import type { Chunker } from '../../src/adder/chunkers/chunker.ts'

/** Lengths of the chunks of content that comes in pieces of these lengths, again and again. */
function chunkSizes(chunker: Chunker, content: Uint8Array, pieces: readonly number[]): number[] {
  const buffer = new ChunkBuffer(chunker)
  const chunks: Uint8Array[] = []
  const take = (isEnd: boolean): void => {
    for (let chunk = buffer.next(isEnd); chunk !== undefined; chunk = buffer.next(isEnd))
      chunks.push(Buffer.concat(chunk))
  }
  for (let at = 0, i = 0; at < content.length; i++) {
    const length = pieces[i % pieces.length]!
    buffer.push(content.subarray(at, at + length))
    at += length
    take(false)
  }
  take(true)
  expect(Buffer.compare(Buffer.concat(chunks), content)).toBe(0)
  return chunks.map((chunk) => chunk.length)
}

/** The bytes as a polynomial over GF(2), modulo the one of IPFS: the definition, without tables or a rolling window. */
function fingerprint(bytes: Uint8Array): bigint {
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  for (let degree = 127; degree >= 53; degree--) {
    if ((rest >> BigInt(degree)) & 1n) rest ^= 0x3df305dfb2a805n << BigInt(degree - 53)
  }
  return rest
}

describe('chunks', () => {
  const chunkers = ['size-1000', 'rabin-512', 'rabin-16-32-64', 'rabin-16-300-4000']

  it.each(chunkers)('of %s do not depend on the pieces in which the content comes', (name) => {
    const pieces = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 10 })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000 }), fc.integer(), pieces, (length, seed, lengths) => {
        const content = noise(length, seed)
        const whole = chunkSizes(parseChunker(name), content, [length + 1])
        expect(chunkSizes(parseChunker(name), content, lengths)).toEqual(whole)
      }),
      { numRuns: 50 }
    )
  })

  it('of buzhash do not either', () => {
    const content = noise(3_000_000)
    const whole = chunkSizes(parseChunker('buzhash'), content, [content.length])
    expect(chunkSizes(parseChunker('buzhash'), content, [65_536])).toEqual(whole)
    expect(chunkSizes(parseChunker('buzhash'), content, [1_000_001, 7])).toEqual(whole)
    expect(whole.length).toBeGreaterThan(5)
    for (const size of whole.slice(0, -1)) {
      expect(size).toBeGreaterThanOrEqual(128 * 1024)
      expect(size).toBeLessThanOrEqual(512 * 1024)
    }
  })

  it('of rabin end where the polynomial of the last 16 bytes says so', () => {
    const content = noise(20_000)
    const [min, average, max] = [1000, 4096, 9000]
    const ends: number[] = []
    for (let start = 0, end = min; start < content.length; end++) {
      const isCut = end - start >= max || (fingerprint(content.subarray(end - 16, end)) & BigInt(average - 1)) === 0n
      if (!isCut && end < content.length) continue
      ends.push(Math.min(end, content.length) - start)
      start = end
      end = start + min - 1
    }
    expect(chunkSizes(parseChunker(`rabin-${min}-${average}-${max}`), content, [content.length])).toEqual(ends)
  })

  it('are cut again at the same places behind an insertion', () => {
    const content = noise(200_000)
    const changed = Buffer.concat([Buffer.from('something new'), content])
    const ends = (sizes: number[]): Set<number> => {
      let end = 0
      return new Set(sizes.map((size) => (end += size)))
    }
    const chunker = parseChunker('rabin-256-1024-8192')
    const before = ends(chunkSizes(chunker, content, [content.length]))
    const after = ends(chunkSizes(chunker, changed, [changed.length]))
    const shared = [...before].filter((end) => after.has(end + changed.length - content.length))
    expect(shared.length).toBeGreaterThan(before.size * 0.9)
  })

  it('of a fixed size are views of the content also across pieces, unless these are tiny', () => {
    const [large, tiny] = [noise(40_000), noise(64)]
    const buffer = new ChunkBuffer(parseChunker('size-60000'))
    buffer.push(large)
    buffer.push(large)
    expect(buffer.next()?.map(({ buffer: of, length }) => [of === large.buffer, length])).toEqual([
      [true, 40_000],
      [true, 20_000]
    ])
    for (let i = 0; i < 1000; i++) buffer.push(tiny)
    expect(buffer.next()?.length).toBeLessThan(10)
  })

  it('are views of the content where that is in one piece', () => {
    const content = noise(4096)
    const buffer = new ChunkBuffer(parseChunker('size-1024'))
    buffer.push(content)
    expect(buffer.next()?.map((piece) => piece.buffer === content.buffer)).toEqual([true])
  })
})

describe('names of chunkers', () => {
  it.each([
    ['foo', 'unrecognized chunker option: foo'],
    ['size-0', 'chunker size must be greater than 0'],
    ['size--5', 'incorrect chunker string format (expected size-{size})'],
    ['size', 'incorrect chunker string format (expected size-{size})'],
    ['size-x', 'strconv.Atoi: parsing "x": invalid syntax'],
    ['size-2097152', 'chunker parameters may not exceed the maximum chunk size of 2096896'],
    ['rabin-1-2', "incorrect format (expected 'rabin' 'rabin-[avg]' or 'rabin-[min]-[avg]-[max]'"],
    ['rabin-8-16-32', 'rabin min must be greater than 16'],
    ['rabin-32-16-64', 'incorrect format: rabin-min must be smaller than rabin-avg'],
    ['rabin-16-64-32', 'incorrect format: rabin-avg must be smaller than rabin-max'],
    ['rabin-min:16-foo:32-64', 'second label must be avg'],
    ['rabin-20', 'rabin min must be greater than 16'],
    ['rabin-2000000', 'chunker parameters may not exceed the maximum chunk size of 2096896']
  ])('%s is refused', (name, message) => {
    expect(() => parseChunker(name)).toThrow(expect.objectContaining({ code: 'ERR_ADD_OPTION', message }))
  })

  it.each([
    ['', 262_144],
    ['default', 262_144],
    ['size-2096896', 2_096_896],
    ['rabin', 393_216],
    ['rabin-1024', 1536],
    ['rabin-min:16-avg:32-max:64', 64],
    ['buzhash', 524_288]
  ])('%p has chunks of at most %p bytes', (name, maxSize) => {
    expect(parseChunker(name).maxSize).toBe(maxSize)
  })
})
