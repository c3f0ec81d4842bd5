import { expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './harness/folder.ts'
import { runProgram } from './harness/process.ts'

const BENCH = join(import.meta.dirname, '../bench/main.ts')
const NODE_ARGS = ['--conditions=@ipfs-cluster/source', BENCH, '--small']

interface Results {
  rows: { scenario: string; ours: { name: string; value: number } }[]
}

// It must run; figures of a machine that runs tests tell nothing.
it('every scenario of the bench gives figures', async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'results.json')
  const { code, stdout, stderr } = await runProgram(process.execPath, [...NODE_ARGS, '--json', file])
  expect({ code, ...(code !== 0 && { stderr }) }).toEqual({ code: 0 })
  const { rows } = JSON.parse(readFileSync(file, 'utf8')) as Results
  expect([...new Set(rows.map(({ scenario }) => scenario))]).toEqual([
    ...['ctl-start', 'idle', 'pins', 'churn', 'cluster', 'status', 'state', 'recovery', 'adds', 'blocks']
  ])
  for (const { ours } of rows) {
    expect({ ...ours, isNumber: Number.isFinite(ours.value) }).toMatchObject({ isNumber: true })
    expect(stdout).toContain(`| ${ours.name} |`)
  }
}, 300_000)

it('the bench names its scenarios when it is asked for another one', async () => {
  const { code, stderr } = await runProgram(process.execPath, [...NODE_ARGS, 'nothing'])
  expect(code).toBe(1)
  expect(stderr).toContain('no such scenario; there are: ctl-start, idle, ')
})
