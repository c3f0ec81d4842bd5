import { readFileSync } from 'node:fs'
import { cidToText } from '@ipfs-cluster/api'
import { describe, expect, it } from '@jest/globals'
import { file, noise, runAdd } from './support.ts'
import type { AddParams } from '@ipfs-cluster/api'
import type { AddEntry } from '../../src/adder/interface.ts'

type Params = Partial<AddParams>

/** What `ipfs add --only-hash --max-file-links=174` of Kubo 0.44 gave for the same content and options. */
interface Recorded {
  /** Length of the content, options, CID. */
  files: [number, Params, string][]
  hashes: [number, Params, string][]
  entries: Record<string, [path: string, kind: AddEntry['kind'], content: string][]>
  /** Which entries, options, CID. */
  folders: [string, Params, string][]
  /** How many files, the length of their names, options, CID. */
  large: [number, number, Params, string][]
}

const fixture = new URL('../fixtures/kubo-cids.json', import.meta.url)
const recorded = JSON.parse(readFileSync(fixture, 'utf8')) as Recorded

async function rootOf(entries: Iterable<AddEntry>, params: Params): Promise<string> {
  const { outputs, error } = await runAdd(entries, params)
  expect(error).toBeUndefined()
  return cidToText(outputs.at(-1)!.cid!)
}

describe('the CID that Kubo gives', () => {
  it.each(recorded.files)('to %d bytes with %j', async (length, params, cid) => {
    expect(await rootOf([file('f', noise(length, 7))], params)).toBe(cid)
  })

  it.each(recorded.hashes)('to %d bytes with %j', async (length, params, cid) => {
    expect(await rootOf([file('f', noise(length, 7))], params)).toBe(cid)
  })

  it.each(recorded.folders)('to the folder %s with %j', async (name, params, cid) => {
    const entries = recorded.entries[name]!.map(([path, kind, content]) => ({ ...file(path, content), kind }))
    expect(await rootOf(entries, params)).toBe(cid)
  })

  it.each(recorded.large)(
    'to a folder of %d files with names of %d characters and %j',
    async (count, length, params, cid) => {
      const entries = Array.from({ length: count }, (_, i) =>
        file(`d/${String(i).padStart(length, 'n')}`, String(i % 10))
      )
      expect(await rootOf(entries, params)).toBe(cid)
    }
  )
})
