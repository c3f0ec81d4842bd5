import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, it } from '@jest/globals'

const INDEX = fileURLToPath(new URL('../src/index.ts', import.meta.url))

/** More than a pipe holds, many times over. */
const SIZE = 4 * 1024 * 1024

const PROGRAM = `
  const { exitProcess, processIo } = await import(${JSON.stringify(INDEX)})
  const { stdout, stderr } = processIo()
  stdout.write('x'.repeat(${SIZE}))
  stderr.write('all is written')
  await exitProcess(7)
`

it('a program ends when its slowest reader has all that it wrote', async () => {
  const flags = ['--conditions=@ipfs-cluster/source', '--disable-warning=ExperimentalWarning', '--input-type=module']
  const child = spawn(process.execPath, [...flags, '-e', PROGRAM], { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  await once(child.stderr, 'data')
  expect((await text(child.stdout)).length).toBe(SIZE)
  expect(await exited).toEqual([7, null])
})
