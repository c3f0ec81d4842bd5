import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { runHere } from './run-here.ts'
import { temporaryFollower } from './temporary.ts'

async function initialized(): Promise<Awaited<ReturnType<typeof temporaryFollower>>> {
  const place = await temporaryFollower()
  const made = await runHere(['-c', place.root, 'friends', 'init', 'http://127.0.0.1:1/'], {})
  expect(made.status).toBe(0)
  return place
}

describe('leaving a cluster', () => {
  it('takes a word of confirmation', async () => {
    await using place = await initialized()
    const env = { IPFS_CLUSTER_PATH: place.root }
    const asked = await runHere(['friends', 'leave'], env)
    expect(asked).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`nothing was done: this deletes ${place.root}`)
    })
    expect(existsSync(place.folder.identity)).toBe(true)
    expect(await runHere(['friends', 'leave', '--yes', '--unpin'], env)).toMatchObject({ status: 0, stderr: '' })
    expect(existsSync(place.folder.path)).toBe(false)
    expect(await runHere(['friends', 'leave', '--yes'], env)).toMatchObject({ status: 1 })
  })

  it('is refused when what is to be unpinned cannot be known', async () => {
    await using place = await initialized()
    const pebble = join(place.folder.path, 'pebble')
    await mkdir(pebble)
    await writeFile(join(pebble, '000001.sst'), '')
    const env = { IPFS_CLUSTER_PATH: place.root }
    expect(await runHere(['friends', 'leave', '-y', '--unpin'], env)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`${pebble} is of a Go peer`)
    })
    expect(existsSync(place.folder.identity)).toBe(true)
    const listed = await runHere(['friends', 'list'], env)
    expect(listed).toMatchObject({ status: 0, stdout: '', stderr: expect.stringContaining('fetches the pinset anew') })
  })
})
