import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ClusterError } from '@ipfs-cluster/api'

/**
 * Writes a file so that after a crash it holds either the old text or the new one: into a file beside it, to the disk,
 * then in its place.
 *
 * @throws ClusterError `ERR_FILE_ACCESS` when the user may not
 */
export async function writeFileAtomic(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
  try {
    const file = await open(temporary, 'wx', mode)
    try {
      await file.writeFile(text)
      // The mode at opening is cut by the umask of the process.
      await file.chmod(mode)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (err) {
    await rm(temporary, { force: true })
    throw accessError('open', path, err)
  }
  await syncFolder(dirname(path))
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/**
 * Makes the folder of a peer, which is for its owner alone, if there is none.
 *
 * @throws ClusterError `ERR_FILE_ACCESS` when the user may not
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
  } catch (err) {
    throw accessError('mkdir', path, err)
  }
}

/** @returns what was caught, unless it is that the user may not: then an error that says what to do */
function accessError(operation: string, path: string, cause: unknown): unknown {
  if (!isDenied(cause)) return cause
  return new ClusterError('ERR_FILE_ACCESS', fileFailure(operation, path, cause), { cause })
}

/** Whether the system has refused what this user wants. */
export function isDenied(err: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS'].includes((err as NodeJS.ErrnoException).code ?? '')
}

/** Words for what the system says about a file, as Go has them. */
export function fileFailure(operation: string, path: string, err: unknown): string {
  const code = (err as NodeJS.ErrnoException).code ?? ''
  const reason = SYSTEM_WORDS[code] ?? (err instanceof Error ? err.message : String(err))
  return `${operation} ${path}: ${reason}`
}

const SYSTEM_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  EROFS: 'read-only file system',
  ENOSPC: 'no space left on device'
}
