import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { pluginInformer } from '../../src/informer/index.ts'
import type { Informer } from '../../src/informer/index.ts'

const plugin = { part: 'informer', module: './mine.mjs' }

function withPlugin(made: unknown, lines: string[] = [], timeout = 5000): Informer {
  const keep = (line: string): void => void lines.push(line)
  const log = { error: keep, warn: keep, info: keep, debug: keep }
  const ipfs = { repoStat: async () => ({ repoSize: 1n, storageMax: 2n }) }
  return pluginInformer({ plugin, make: () => made, timeout })({ ipfs, tracker: { queueSize: () => 0 }, log })
}

function reading(answer: unknown, lines: string[] = []): Informer {
  return withPlugin({ name: 'mine', ttl: 10_000, read: () => answer }, lines)
}

describe('an informer of the user', () => {
  it('tells what it reads', async () => {
    const informer = reading([
      { name: 'load', value: '0.5', weight: -5 },
      { name: 'tag:rack', value: 'r1', partitionable: true }
    ])
    expect(informer).toMatchObject({ name: 'mine', ttl: 10_000 })
    expect(await informer.read()).toEqual([
      { name: 'load', value: '0.5', weight: -5n, partitionable: false },
      { name: 'tag:rack', value: 'r1', weight: 0n, partitionable: true }
    ])
  })

  it.each([
    ['NaN', { weight: NaN }, 'weight of load, NaN'],
    ['half a number', { weight: 0.5 }, 'weight of load, 0.5'],
    ['a number beyond int64', { weight: 2n ** 63n }, 'weight of load, 9223372036854775808'],
    ['a number that is not exact', { weight: 2 ** 60 }, 'fits in 64 bits'],
    ['no text', { value: 1 }, 'the value of load is not a text'],
    ['a book', { value: 'x'.repeat(20_000) }, 'the value of load is not a text of up to 16384'],
    ['no word', { partitionable: 'yes' }, 'partitionable of load'],
    ['no name', { name: '' }, 'no usable name'],
    ['the life of the peer', { name: 'ping' }, 'ping is not for plugins']
  ])('leaves out %s, and says so', async (_, wrong, words) => {
    const lines: string[] = []
    const good = { name: 'good', value: '1', weight: 1n, partitionable: false }
    const informer = reading([{ name: 'load', value: '1', weight: 1, ...wrong }, good, null], lines)
    for (let i = 0; i < 15; i++) expect(await informer.read()).toEqual([good])
    expect(lines).toHaveLength(2)
    expect(lines[0]).toContain('informer plugin ./mine.mjs')
    expect(lines[0]).toContain(words)
    expect(lines[0]).toContain('a reading is not an object')
  })

  it('never tells a weight that others cannot read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.bigInt(), fc.double(), fc.integer()), async (weight) => {
        const [told] = await reading([{ name: 'load', value: '', weight }]).read()
        if (told !== undefined) expect(BigInt.asIntN(64, told.weight ?? 0n)).toBe(told.weight)
      })
    )
  })

  it.each([
    ['no list', 'all is well', 'what it reads is not a list'],
    ['a hundred metrics', Array.from({ length: 100 }, () => ({})), 'more than 64']
  ])('fails when it reads %s', async (_, answer, words) => {
    await expect(reading(answer).read()).rejects.toMatchObject({
      code: 'ERR_PLUGIN',
      message: expect.stringContaining(words)
    })
  })

  it('fails when it throws', async () => {
    const read = (): never => {
      throw new Error('broken')
    }
    await expect(withPlugin({ name: 'mine', ttl: 1000, read }).read()).rejects.toThrow(
      'informer plugin ./mine.mjs: broken'
    )
  })

  it('is not asked again before it has answered', async () => {
    const answer = Promise.withResolvers<unknown[]>()
    const informer = withPlugin({ name: 'mine', ttl: 1000, read: () => answer.promise }, [], 1)
    await expect(informer.read()).rejects.toThrow('./mine.mjs: no answer within 0.001 s')
    await expect(informer.read()).rejects.toThrow('the last reading has not ended')
    answer.resolve([])
    await answer.promise
    await new Promise((resolve) => setImmediate(resolve))
    expect(await informer.read()).toEqual([])
  })

  it.each([
    [undefined],
    [{ ttl: 1000, read: (): void => {} }],
    [{ name: 'mine', read: (): void => {} }],
    [{ name: 'mine', ttl: 10, read: (): void => {} }],
    [{ name: 'mine', ttl: Infinity, read: (): void => {} }],
    [{ name: 'mine', ttl: 1000 }]
  ])('must be one: %j is not', (made) => {
    expect(() => withPlugin(made)).toThrow('informer plugin ./mine.mjs: what it makes must have "name", "ttl"')
  })
})
