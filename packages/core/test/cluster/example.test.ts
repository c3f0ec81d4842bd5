import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { removeFolder, temporaryFolder } from '../helpers/temp-folder.ts'
import { testCid } from '../pintracker/fakes.ts'
import { pinOnce } from './example.ts'

describe('the example of the package', () => {
  it('is the code that is compiled here', async () => {
    const example = await readFile(new URL('example.ts', import.meta.url), 'utf8')
    const docs = await readFile(new URL('../../src/index.ts', import.meta.url), 'utf8')
    const start = docs.indexOf('@example\n') + '@example\n'.length
    const lines = docs.slice(start, docs.indexOf(' */', start)).split('\n')
    expect(lines.map((line) => line.replace(/^ \* ?/, '')).join('\n')).toBe(example)
  })

  it('pins even while there is no IPFS node', async () => {
    const folder = await temporaryFolder()
    try {
      // Nothing listens on port 1.
      const status = await pinOnce(join(folder, 'leveldb'), '/ip4/127.0.0.1/tcp/1', testCid(1).toString())
      expect(['pin_queued', 'pinning', 'pin_error']).toContain(status)
    } finally {
      await removeFolder(folder)
    }
  })
})
