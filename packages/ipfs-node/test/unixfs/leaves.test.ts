import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { importer } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import type { CID } from 'multiformats/cid'
import { addEntries } from '../../src/unixfs/add.ts'
import type { AddSettings } from '../../src/unixfs/add.ts'
import { parseNode } from '../../src/unixfs/node.ts'
import { collect, pseudoRandom } from '../helpers.ts'

const SETTINGS: AddSettings = {
  cidVersion: 0,
  rawLeaves: false,
  chunker: '',
  trickle: false,
  preserveMode: false,
  preserveMtime: false
}

/** Adds one file, cut into pieces as a network might. */
async function addFile(
  content: Uint8Array,
  settings: AddSettings,
  pieceSize = 1000
): Promise<{ cid: string; blocks: Map<string, Uint8Array> }> {
  const blocks = new Map<string, Uint8Array>()
  const put = (cid: CID, bytes: Uint8Array): { admitted: Promise<void>; written: Promise<void> } => {
    // The memory is used again, so what is kept must be a copy.
    blocks.set(cid.toString(), bytes.slice())
    return { admitted: Promise.resolve(), written: Promise.resolve() }
  }
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < content.length; at += pieceSize) yield content.subarray(at, at + pieceSize)
  }
  async function* entries(): AsyncGenerator<{ path: string; type: 'file'; content: AsyncIterable<Uint8Array> }> {
    yield { path: 'f', type: 'file', content: pieces() }
  }
  const [added] = await collect(addEntries(entries(), false, { ...settings, put }))
  return { cid: String(added?.cid), blocks }
}

async function importedByItself(content: Uint8Array, settings: AddSettings, chunkSize: number): Promise<string> {
  const storage = { put: async (cid: CID) => cid }
  const { cidVersion, rawLeaves } = settings
  const [entry] = await collect(
    importer([{ path: 'f', content }], storage, { cidVersion, rawLeaves, chunker: fixedSize({ chunkSize }) })
  )
  return String(entry?.cid)
}

describe('files cut into leaves of our own', () => {
  it('have the CIDs that the importer gives them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(40_000),
        fc.constantFrom(1, 127, 128, 1000, 16_384),
        fc.integer({ min: 1, max: 70_000 }),
        fc.constantFrom<0 | 1>(0, 1),
        fc.boolean(),
        async (length, chunkSize, pieceSize, cidVersion, rawLeaves) => {
          const content = pseudoRandom(Math.min(length, chunkSize * 400), length + 1)
          const settings = { ...SETTINGS, cidVersion, rawLeaves, chunker: `size-${chunkSize}` }
          const { cid } = await addFile(content, settings, pieceSize)
          expect(cid).toBe(await importedByItself(content, settings, chunkSize))
        }
      ),
      { numRuns: 60 }
    )
  })

  it('have those of large files too', async () => {
    const content = pseudoRandom(48 << 20)
    const { cid } = await addFile(content, SETTINGS, 65_536)
    expect(cid).toBe(await importedByItself(content, SETTINGS, 262_144))
  })

  it('keep the mode and time of a file, with its bytes', async () => {
    const content = Buffer.from('with metadata')
    const settings = { ...SETTINGS, mode: 0o750, mtime: { secs: 1_604_320_500n } }
    const { cid, blocks } = await addFile(content, settings)
    const { CID } = await import('multiformats/cid')
    const node = parseNode(CID.parse(cid), blocks.get(cid)!)
    expect(node).toMatchObject({ type: 'file', mode: 0o750, size: 13 })
    expect(Buffer.from(node.type === 'file' ? node.data : []).toString()).toBe('with metadata')
  })
})
