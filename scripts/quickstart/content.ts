import type { Dirent } from 'node:fs'
import { lstat, readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'

/** A file to be added. */
export interface SourceFile {
  /** Where it is on this machine. */
  path: string
  /** Its path in what is added, beginning with the name of the root. */
  name: string
  size: number
}

/** A file, or a folder with all files under it. */
export interface Source {
  name: string
  isFolder: boolean
  files: SourceFile[]
  size: number
}

/**
 * Looks at what is to be added. Hidden files, links in a folder and special files are left out, as `ipfs-cluster-ctl add -r` leaves
 * out the hidden ones.
 *
 * @throws Error when the path does not exist or holds nothing to add
 */
export async function readSource(path: string): Promise<Source> {
  const root = resolve(path)
  const name = basename(root)
  const info = await stat(root).catch(() => {
    throw new Error(`${path} does not exist: give the path of a file or a folder, as in npm start -- ./path`)
  })
  if (info.isFile()) return { name, isFolder: false, files: [{ path: root, name, size: info.size }], size: info.size }
  if (!info.isDirectory()) throw new Error(`${path} is neither a file nor a folder`)

  const files = await Array.fromAsync(walk(root, name))
  if (files.length === 0) throw new Error(`${path} holds no file to add`)
  return { name, isFolder: true, files, size: files.reduce((sum, file) => sum + file.size, 0) }
}

async function* walk(folder: string, name: string): AsyncIterable<SourceFile> {
  const entries = await readdir(folder, { withFileTypes: true })
  for (const entry of entries.sort(byName)) {
    if (entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* walk(path, `${name}/${entry.name}`)
    else if (entry.isFile()) yield { path, name: `${name}/${entry.name}`, size: (await lstat(path)).size }
  }
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1
}
