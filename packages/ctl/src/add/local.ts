import { createReadStream } from 'node:fs'
import type { Stats } from 'node:fs'
import { lstat, readdir, readlink, realpath } from 'node:fs/promises'
import { basename, join, normalize } from 'node:path'
import { compareText } from '@ipfs-cluster/api'
import { ExitError } from '@ipfs-cluster/cli-kit'
import type { AddEntry } from '@ipfs-cluster/client'
import { explainSystemError } from '../system-error.ts'

/** What of the file system is added. */
export interface WalkOptions {
  readonly recursive: boolean
  /** Whether files whose name begins with a dot are added. Those named on the command line are in any case. */
  readonly hidden: boolean
}

/** Bytes that a file is read by: large enough for few system calls, small enough for many files at a time. */
const PIECE = 256 * 1024

/**
 * What a path of the file system holds, with its base name. The path is looked at now, what is below it when its turn
 * comes.
 *
 * @throws ExitError when there is nothing, or a folder and `recursive` is not set
 */
export async function localEntries(path: string, options: WalkOptions): Promise<AsyncIterable<AddEntry>> {
  const cleaned = path === '.' ? await realpath('.') : clean(path)
  const stats = await lstat(cleaned).catch((error: unknown) => {
    throw ExitError.during('', notThere(error, cleaned))
  })
  if (stats.isDirectory() && !options.recursive) {
    throw new ExitError(`error : ${cleaned} is a directory, but Recursive option is not set`)
  }
  return walk(cleaned, basename(cleaned), stats, options)
}

async function* walk(
  path: string,
  name: string,
  stats: Stats,
  options: WalkOptions
): AsyncGenerator<AddEntry, void, void> {
  if (stats.isDirectory()) {
    yield { type: 'directory', name }
    yield* walkFolder(path, name, options)
  } else if (stats.isSymbolicLink()) {
    yield { type: 'symlink', name, target: await readlink(path) }
  } else if (stats.isFile()) {
    yield { type: 'file', name, content: readFile(path) }
  } else {
    throw new Error(`unrecognized file type for ${path}: it is no file, folder or symbolic link`)
  }
}

async function* walkFolder(folder: string, name: string, options: WalkOptions): AsyncGenerator<AddEntry, void, void> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw explainSystemError(error, 'open', folder)
  })
  for (const child of names.sort(compareText)) {
    if (child.startsWith('.') && !options.hidden) continue
    const path = join(folder, child)
    const stats = await lstat(path).catch((error: unknown) => {
      throw notThere(error, path)
    })
    yield* walk(path, `${name}/${child}`, stats, options)
  }
}

/** Names of other encodings reach us with U+FFFD in place of their bytes, and no file has that name. */
function notThere(error: unknown, path: string): Error {
  const failure = explainSystemError(error, 'lstat', path)
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || !path.includes('\uFFFD')) return failure
  return new Error(`${failure.message}: its name is not UTF-8; rename it to have it added`, { cause: error })
}

async function* readFile(path: string): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: PIECE })) yield chunk as Uint8Array
  } catch (error) {
    throw explainSystemError(error, 'open', path)
  }
}

/** Without `.` and `..` steps, doubled slashes and a slash at the end. */
function clean(path: string): string {
  const normal = normalize(path === '' ? '.' : path)
  return normal.length > 1 ? normal.replace(/\/+$/, '') : normal
}
