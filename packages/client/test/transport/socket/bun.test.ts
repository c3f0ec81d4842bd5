import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'

const root = join(import.meta.dirname, '../../../../..')
const bun = ['x64', 'aarch64']
  .map((arch) => join(root, `node_modules/@oven/bun-linux-${arch}/bin/bun`))
  .find((path) => existsSync(path))
const run = bun === undefined ? it.skip : it

// The release form of ctl runs on Bun, where the transport has sockets of its own; Bun's test runner reads the suite as is.
run(
  'keeps the contract of transports on Bun',
  () => {
    const suite = join(import.meta.dirname, 'transport.test.ts')
    const { status, stderr } = spawnSync(bun ?? '', ['test', '--conditions=@ipfs-cluster/source', suite], {
      cwd: root,
      encoding: 'utf8'
    })
    expect(stderr).toMatch(/^ [1-9]\d* pass$/m)
    expect(stderr).toMatch(/^ 0 fail$/m)
    expect(status).toBe(0)
  },
  60_000
)
