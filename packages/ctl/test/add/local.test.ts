import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readContent } from '@ipfs-cluster/client'
import { localEntries } from '../../src/add/local.ts'
import type { WalkOptions } from '../../src/add/local.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ctl-add-'))
  await mkdir(join(folder, 'dir/sub'), { recursive: true })
  await mkdir(join(folder, 'dir/empty'))
  const files = {
    'dir/b.txt': 'b',
    'dir/a.txt': 'a',
    'dir/Z.txt': 'z',
    'dir/sub/c.txt': 'c',
    'dir/.hidden': 'h',
    '.top': 't'
  }
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)))
  await symlink('a.txt', join(folder, 'dir/link'))
  await symlink('nowhere', join(folder, 'broken'))
})

afterAll(() => rm(folder, { recursive: true }))

async function walk(path: string, options: Partial<WalkOptions> = {}): Promise<string[]> {
  const lines: string[] = []
  for await (const entry of await localEntries(path, { recursive: true, hidden: false, ...options })) {
    const parts: Uint8Array[] = []
    if (entry.type === 'file') for await (const part of readContent(entry.content)) parts.push(part)
    const content = entry.type === 'symlink' ? ` -> ${entry.target}` : Buffer.concat(parts).toString()
    lines.push(`${entry.type} ${entry.name} ${content}`.trim())
  }
  return lines
}

describe('localEntries', () => {
  it('walks folders in the order of names, links as links, hidden files left out', async () => {
    expect(await walk(join(folder, 'dir'))).toEqual([
      'directory dir',
      'file dir/Z.txt z',
      'file dir/a.txt a',
      'file dir/b.txt b',
      'directory dir/empty',
      'symlink dir/link  -> a.txt',
      'directory dir/sub',
      'file dir/sub/c.txt c'
    ])
  })

  it('names a file whose name is not UTF-8', async () => {
    const other = join(folder, 'latin1')
    await mkdir(other)
    try {
      await writeFile(Buffer.concat([Buffer.from(`${other}/caf`), Buffer.of(0xe9)]), 'x')
    } catch {
      return // some file systems have no such names
    }
    await expect(walk(other)).rejects.toThrow(/^lstat .*caf\uFFFD: no such file or directory: its name is not UTF-8; /)
  })

  it('takes hidden files when told to, or when they are named', async () => {
    expect(await walk(join(folder, 'dir'), { hidden: true })).toContain('file dir/.hidden h')
    expect(await walk(join(folder, '.top'))).toEqual(['file .top t'])
  })

  it.each(['dir/', 'dir/.', 'dir/sub/..', './dir//'])('cleans %s', async (path) => {
    expect((await walk(`${folder}/${path}`))[0]).toBe('directory dir')
  })

  it('takes a link for what it is', async () => {
    expect(await walk(join(folder, 'broken'))).toEqual(['symlink broken  -> nowhere'])
  })

  it('refuses what is not there, and folders unless told to take them', async () => {
    await expect(walk('nofile.txt')).rejects.toThrow('error : lstat nofile.txt: no such file or directory')
    await expect(walk(join(folder, 'dir'), { recursive: false })).rejects.toThrow(
      `error : ${join(folder, 'dir')} is a directory, but Recursive option is not set`
    )
  })
})
