import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'

const folder = join(import.meta.dirname, '..')

it('has a README whose examples compile', async () => {
  const readme = await readFile(join(folder, 'README.md'), 'utf8')
  const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code)
  expect(examples.length).toBeGreaterThan(3)
  // Inside the package, so that its name and its dependencies resolve.
  await mkdir(join(folder, 'dist'), { recursive: true })
  const examplesFolder = await mkdtemp(join(folder, 'dist', 'readme-'))
  try {
    await Promise.all(examples.map((code, i) => writeFile(join(examplesFolder, `example${i}.ts`), code)))
    await writeFile(join(examplesFolder, 'tsconfig.json'), JSON.stringify(CONFIG))
    const tsc = join(folder, '../../node_modules/typescript/bin/tsc')
    const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', examplesFolder], { encoding: 'utf8' })
    expect(stdout).toBe('')
    expect(status).toBe(0)
  } finally {
    await rm(examplesFolder, { recursive: true })
  }
}, 60_000)

const CONFIG = {
  extends: '../../../../tsconfig.base.json',
  compilerOptions: { noEmit: true, composite: false, declaration: false, declarationMap: false, incremental: false },
  include: ['*.ts']
}
