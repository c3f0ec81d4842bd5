import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Logger } from '@ipfs-cluster/core/util'
import { tellSystemd } from '../../src/daemon/systemd.ts'

let folder: string

beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'service-systemd-'))))
afterEach(() => rm(folder, { recursive: true }))

/** What is logged first; none when systemd is not told at all. */
function told(env: Record<string, string>): Promise<string> {
  return new Promise((resolve) => {
    const log: Logger = { debug: resolve, info: resolve, warn: resolve, error: resolve }
    tellSystemd(env, log)
    if (env['NOTIFY_SOCKET'] === undefined) resolve('nothing')
  })
}

async function program(script: string): Promise<void> {
  const path = join(folder, 'systemd-notify')
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
}

describe('telling systemd', () => {
  it('is done by its program, and only where it waits for it', async () => {
    await program('[ "$1" = --ready ] && [ "$NOTIFY_SOCKET" = /run/x ]')
    expect(await told({ PATH: `${folder}:/bin:/usr/bin` })).toBe('nothing')
    expect(await told({ PATH: `${folder}:/bin:/usr/bin`, NOTIFY_SOCKET: '/run/x' })).toBe(
      'told systemd that the peer is ready'
    )
  })

  it('that fails is said, with what to do', async () => {
    await program('echo no such socket >&2; exit 1')
    expect(await told({ PATH: `${folder}:/bin:/usr/bin`, NOTIFY_SOCKET: '/run/x' })).toBe(
      'cannot tell systemd that the peer is ready (no such socket): set Type=exec in its unit'
    )
    expect(await told({ PATH: '/nonexistent', NOTIFY_SOCKET: '/run/x' })).toContain('there is no systemd-notify here')
  })
})
