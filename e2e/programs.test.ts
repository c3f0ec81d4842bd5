import { describe, expect, it } from '@jest/globals'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './harness/folder.ts'
import { OUR_BINS } from './harness/peer.ts'
import { runProgram } from './harness/process.ts'

const PROGRAMS = ['ipfs-cluster-service', 'ipfs-cluster-follow', 'ipfs-cluster-ctl']

describe.each(PROGRAMS)('%s in node_modules/.bin', (name) => {
  const path = join(OUR_BINS, name)

  it('runs from any folder with an empty environment', async () => {
    using folder = temporaryFolder()
    const outcome = await runProgram(path, ['--version'], { cwd: folder.path, env: { PATH: '/usr/bin:/bin' } })
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(outcome.stdout).toMatch(new RegExp(`^${name} version 1\\.1\\.6\\+ts\\.\\d+\\.\\d+\\.\\d+\\n$`))
  })

  it('runs through links, whatever Node is first on PATH', async () => {
    using folder = temporaryFolder()
    const bin = join(folder.path, 'a b')
    mkdirSync(bin)
    writeFileSync(join(bin, 'node'), '#!/bin/sh\necho "the wrong node"; exit 9\n', { mode: 0o755 })
    symlinkSync(path, join(bin, 'first'))
    symlinkSync('first', join(bin, 'second'))
    const outcome = await runProgram(join(bin, 'second'), ['--version'], {
      cwd: '/',
      env: { PATH: `${bin}:/usr/bin:/bin` }
    })
    expect(outcome).toMatchObject({ code: 0 })
  })

  it('takes nothing from the folder it is run in', async () => {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, '.env'), 'IPFS_CLUSTER_PATH=/nowhere\nCLUSTER_CREDENTIALS=a:b\n')
    writeFileSync(join(folder.path, 'bunfig.toml'), 'preload = ["./evil.js"]\n')
    writeFileSync(join(folder.path, 'package.json'), '{ not json')
    writeFileSync(join(folder.path, 'tsconfig.json'), '{ not json')
    const outcome = await runProgram(path, ['--version'], { cwd: folder.path, env: { HOME: folder.path } })
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
  })
})

it('ctl is the compiled executable where there is one for the machine', () => {
  const head = readFileSync(join(OUR_BINS, 'ipfs-cluster-ctl')).subarray(0, 4).toString('latin1')
  expect(process.platform === 'linux' ? head : '\x7fELF').toBe('\x7fELF')
})
