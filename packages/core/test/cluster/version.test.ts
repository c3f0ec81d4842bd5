import { readFile } from 'node:fs/promises'
import { expect, it } from '@jest/globals'
import { VERSION } from '../../src/cluster/index.ts'

it('names the Go release that is meant, and the release of this package', async () => {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(text) as { version: string }
  expect(VERSION).toBe(`1.1.6+ts.${version}`)
})
