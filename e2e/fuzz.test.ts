import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { runProgram } from './harness/process.ts'

const FUZZ = join(import.meta.dirname, '../scripts/fuzz.ts')

it('hostile inputs can be thrown outside of the tests as well', async () => {
  const args = ['--conditions=@ipfs-cluster/source', FUZZ, '--minutes', '0.001']
  const { code, stdout, stderr } = await runProgram(process.execPath, args)
  expect({ code, ...(code !== 0 && { stderr }) }).toEqual({ code: 0 })
  expect(stdout).toMatch(/unharmed by [1-9]\d* inputs/)
}, 120_000)
