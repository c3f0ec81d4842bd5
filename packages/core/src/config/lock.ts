import { mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { ClusterError } from '@ipfs-cluster/api'
import { messageOf, saysNoRoom } from '../util/errors.ts'
import { fileFailure, isDenied, makeFolder } from './files.ts'
import type { PeerFolder } from './folder.ts'

/** LevelDB's smallest buffer: the store that holds the lock never holds anything else. */
const BUFFER = 64 * 1024

/** The right to use a folder, until it is released or the process ends. */
export interface FolderLock extends AsyncDisposable {
  release(): Promise<void>
}

/**
 * Locks a folder against other peers and commands, of this release and of Go's alike.
 *
 * Go's programs take a POSIX record lock on `cluster.lock`, which the system drops when their process ends, however it
 * ends. Node has no call for that, but LevelDB takes the same lock on the file `LOCK` of a store it opens. So a store
 * is opened whose `LOCK` is a link to `cluster.lock`. The store itself is removed as soon as it is open: what is left
 * is an open file with a lock on it. Nothing in this process may open `cluster.lock` meanwhile, nor lock the folder a
 * second time: such a lock belongs to the process, and closing any of its files drops it.
 *
 * @throws ClusterError `ERR_FOLDER_LOCKED`, with Go's text and, where the system tells, who holds it;
 *   `ERR_FILE_ACCESS` when the user may not write there; `ERR_DATASTORE_FULL` when the disk is full
 */
export async function lockFolder(folder: PeerFolder, program: string): Promise<FolderLock> {
  const store = await openStore(folder, program)
  const release = async (): Promise<void> => {
    // As in the Go release the file goes first, so that nobody waits for a lock on a file that is no longer there.
    await rm(folder.lock, { force: true })
    await store.close()
  }
  return { release, [Symbol.asyncDispose]: release }
}

async function openStore(folder: PeerFolder, program: string): Promise<ClassicLevel> {
  let place: string | undefined
  try {
    await makeFolder(folder.path)
    place = await mkdtemp(join(folder.path, '.lock-'))
    await symlink(folder.lock, join(place, 'LOCK'))
    const store = new ClassicLevel(place, { cacheSize: 0, writeBufferSize: BUFFER })
    await store.open()
    return store
  } catch (err) {
    throw await refused(folder, program, err)
  } finally {
    if (place !== undefined) await rm(place, { recursive: true, force: true })
  }
}

async function refused({ lock }: PeerFolder, program: string, cause: unknown): Promise<ClusterError> {
  const advice =
    `If no other ${program} process is running, remove ${lock}, or make sure that the config folder is writable ` +
    `for the user running ${program}.`
  if (!isLocked(cause)) {
    const root = rootOf(cause)
    const reason = `cannot acquire lock: Lock Create of ${lock} failed: ${fileFailure('open', lock, root)}`
    return new ClusterError(codeOf(root), `${reason}. ${advice}`, { cause })
  }
  const holder = await lockHolder(lock)
  const who = holder === undefined ? '' : ` It is held by ${holder}.`
  return new ClusterError('ERR_FOLDER_LOCKED', `lock ${lock}: someone else has the lock. ${advice}${who}`, { cause })
}

/** LevelDB says in words alone that there is no room. */
function codeOf(root: unknown): 'ERR_FILE_ACCESS' | 'ERR_DATASTORE_FULL' | 'ERR_FOLDER_LOCKED' {
  if (isDenied(root)) return 'ERR_FILE_ACCESS'
  return saysNoRoom(messageOf(root)) ? 'ERR_DATASTORE_FULL' : 'ERR_FOLDER_LOCKED'
}

/** What the system said: LevelDB wraps it in words of its own. */
function rootOf(err: unknown): unknown {
  const cause = (err as Error | undefined)?.cause
  return cause === undefined ? err : rootOf(cause)
}

function isLocked(err: unknown): boolean {
  const codes = [err, (err as Error).cause].map((error) => (error as NodeJS.ErrnoException | undefined)?.code)
  return codes.includes('LEVEL_LOCKED')
}

/** The process that has a file locked, and its command line; undefined where the system does not list it. */
export async function lockHolder(file: string): Promise<string | undefined> {
  try {
    const { ino } = await stat(file)
    const line = (await readFile('/proc/locks', 'utf8')).split('\n').find((entry) => entry.includes(`:${ino} `))
    const pid = line === undefined ? undefined : /\s(\d+)\s+\S+:\d+\s/.exec(line)?.[1]
    if (pid === undefined || pid === '0') return undefined
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    return `process ${pid} (${command.split('\0').join(' ').trim()})`
  } catch {
    return undefined
  }
}
