import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { lockFolder, peerFolder } from '@ipfs-cluster/core/config'
import { startChild } from '../helpers/child.ts'
import { removeFolder, temporaryFolder } from '../helpers/temp-folder.ts'

let path: string

beforeEach(async () => {
  path = await temporaryFolder()
})

afterEach(() => removeFolder(path))

describe('the lock of a folder', () => {
  it('makes the folder, leaves nothing but its file, and that only while it is held', async () => {
    const folder = peerFolder(join(path, 'a', 'b'))
    const lock = await lockFolder(folder, 'test')
    expect(await readdir(folder.path)).toEqual(['cluster.lock'])
    expect((await stat(folder.path)).mode & 0o777).toBe(0o700)
    await lock.release()
    expect(await readdir(folder.path)).toEqual([])
  })

  it('is not held by a file that was left behind', async () => {
    await writeFile(join(path, 'cluster.lock'), '')
    await using _lock = await lockFolder(peerFolder(path), 'test')
  })

  it('keeps another process out, says which one has it, and is gone when that is killed', async () => {
    const holder = startChild(new URL('lock-holder.ts', import.meta.url), [path])
    try {
      const [line] = await Array.fromAsync(firstLine(holder.lines))
      expect(line).toBe('locked')
      const attempt = lockFolder(peerFolder(path), 'ipfs-cluster-service')
      await expect(attempt).rejects.toMatchObject({
        code: 'ERR_FOLDER_LOCKED',
        message: expect.stringContaining(
          `lock ${path}/cluster.lock: someone else has the lock. If no other ipfs-cluster-service process is running, remove ${path}/cluster.lock`
        )
      })
      expect(await readdir(path)).toEqual(['cluster.lock'])
      if (process.platform === 'linux') {
        await expect(lockFolder(peerFolder(path), 'test')).rejects.toThrow(`held by process ${holder.process.pid} (`)
        // The kind of lock that the Go release takes.
        const { ino } = await stat(join(path, 'cluster.lock'))
        const entry = (await readFile('/proc/locks', 'utf8')).split('\n').find((text) => text.includes(`:${ino} `))
        expect(entry).toMatch(/POSIX\s+ADVISORY\s+WRITE/)
      }
    } finally {
      holder.process.kill('SIGKILL')
      await holder.exited
    }
    await using _lock = await lockFolder(peerFolder(path), 'test')
  })

  const onLinux = process.platform === 'linux' ? it : it.skip
  onLinux('cannot be had where the user may not write', async () => {
    // There not even root may.
    await expect(lockFolder(peerFolder('/sys/peer'), 'test')).rejects.toMatchObject({
      code: 'ERR_FILE_ACCESS',
      message: expect.stringContaining('Lock Create of /sys/peer/cluster.lock failed')
    })
  })

  it('cannot be had where there is no folder', async () => {
    await writeFile(join(path, 'file'), '')
    await expect(lockFolder(peerFolder(join(path, 'file')), 'test')).rejects.toThrow(
      `cannot acquire lock: Lock Create of ${path}/file/cluster.lock failed: open ${path}/file/cluster.lock: `
    )
  })
})

async function* firstLine(lines: AsyncIterable<string>): AsyncIterable<string> {
  for await (const line of lines) {
    yield line
    return
  }
}
