import { cidToText } from '@ipfs-cluster/api'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { importer } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { balanced, trickle } from 'ipfs-unixfs-importer/layout'
import { file, noise, runAdd, toAsync } from './support.ts'
import type { AddParams } from '@ipfs-cluster/api'
import type { ImporterOptions } from 'ipfs-unixfs-importer'

/** What the importer of Helia makes of it: an implementation of its own, checked against Kubo by its authors. */
async function oracle(
  files: readonly { path: string; content: Uint8Array }[],
  options: ImporterOptions
): Promise<{ root: string; size: bigint; blocks: Set<string> }> {
  const blocks = new Set<string>()
  const blockstore = {
    put: async (cid: { toString(): string }) => {
      blocks.add(cid.toString())
      return cid
    }
  }
  let last: { cid: { toString(): string }; size: bigint } | undefined
  const source = files.map(({ path, content }) => ({ path, content: toAsync([content]) }))
  for await (const entry of importer(source, blockstore as never, options)) last = entry
  return { root: last!.cid.toString(), size: last!.size, blocks }
}

async function ours(files: readonly { path: string; content: Uint8Array }[], params: Partial<AddParams>) {
  const { outputs, sink, error } = await runAdd(
    files.map(({ path, content }) => file(path, content)),
    params
  )
  expect(error).toBeUndefined()
  const root = outputs.at(-1)!
  return {
    root: cidToText(root.cid!),
    size: BigInt(root.size),
    blocks: new Set(sink.blocks.map(({ cid }) => cidToText(cid)))
  }
}

const CHUNK = 16
const profiles: { name: string; params: Partial<AddParams>; options: ImporterOptions }[] = [
  { name: 'CIDv0', params: {}, options: { cidVersion: 0, rawLeaves: false } },
  { name: 'CIDv0 and raw leaves', params: { rawLeaves: true }, options: { cidVersion: 0, rawLeaves: true } },
  { name: 'CIDv1', params: { cidVersion: 1, rawLeaves: true }, options: { cidVersion: 1, rawLeaves: true } },
  { name: 'CIDv1 without', params: { cidVersion: 1 }, options: { cidVersion: 1, rawLeaves: false } }
]
for (const profile of profiles) {
  profile.params = { ...profile.params, chunker: `size-${CHUNK}` }
  profile.options = { ...profile.options, chunker: fixedSize({ chunkSize: CHUNK }), layout: balanced() }
}

describe.each(profiles)('with $name', ({ params, options }) => {
  const counts = [0, 1, 2, 173, 174, 175, 348, 349]

  it.each(counts)('a balanced file of %d chunks is the same DAG', async (count) => {
    const files = [{ path: 'f', content: noise(Math.max(0, count * CHUNK - 3)) }]
    expect(await ours(files, params)).toEqual(await oracle(files, options))
  })

  it('a trickle file is the same DAG as long as it is one node', async () => {
    for (const count of [1, 2, 100, 174]) {
      const files = [{ path: 'f', content: noise(count * CHUNK) }]
      const layout = { layout: trickle(), leafType: 'raw' as const, reduceSingleLeafToSelf: false }
      const expected = await oracle(files, { ...options, ...layout })
      expect(await ours(files, { ...params, layout: 'trickle' })).toEqual(expected)
    }
  })

  it('folders are the same DAG', async () => {
    const name = fc.stringMatching(/^[a-zé\u{1f600}ￜ.]{1,3}[^./\\]$/u)
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => ['root', ...parts].join('/'))
    const tree = fc.uniqueArray(path, { minLength: 2, maxLength: 20 }).filter(hasNoContradiction)
    await fc.assert(
      fc.asyncProperty(tree, async (paths) => {
        const files = paths.map((path, i) => ({ path, content: noise(i * 7, i) }))
        const expected = await oracle(files, options)
        const actual = await ours(files, params)
        expect(actual.root).toBe(expected.root)
        expect(actual.size).toBe(expected.size)
      }),
      { numRuns: 30 }
    )
  })
})

/** No path goes through another one. */
function hasNoContradiction(paths: string[]): boolean {
  return paths.every((path) => !paths.some((other) => other.startsWith(`${path}/`)))
}

it.each([174 * 174, 174 * 174 + 1])(
  'a file of %d chunks, two levels full or one more, is the same DAG',
  async (count) => {
    const files = [{ path: 'f', content: noise(count * CHUNK) }]
    const { params, options } = profiles[2]!
    expect(await ours(files, params)).toEqual(await oracle(files, options))
  }
)

describe('large folders', () => {
  // 34 bytes of a CIDv0 and 8 of the name: at 6241 children the estimate is 262,122, at 6242 it is 262,164.
  it.each([6241, 6242])('with %d children are the same DAG', async (count) => {
    const files = Array.from({ length: count }, (_, i) => {
      return { path: `root/${String(i).padStart(8, '0')}`, content: Buffer.from(String(i % 50)) }
    })
    const expected = await oracle(files, { cidVersion: 0, rawLeaves: false })
    const actual = await ours(files, {})
    expect(actual.root).toBe(expected.root)
    expect(actual.size).toBe(expected.size)
    expect(actual.blocks.size > 200).toBe(count > 6241)
  })

  it('whose names share the start of their hash become deeper shards', async () => {
    const files = Array.from({ length: 300 }, (_, i) => {
      return { path: `root/${'x'.repeat(1000)}${i}`, content: Buffer.from('y') }
    })
    const expected = await oracle(files, { cidVersion: 1, rawLeaves: true })
    expect((await ours(files, { cidVersion: 1, rawLeaves: true })).root).toBe(expected.root)
  })
})
