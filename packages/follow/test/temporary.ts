import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { followerFolder } from '../src/folder.ts'
import type { FollowerFolder } from '../src/folder.ts'

/** A folder of a follower in a folder of its own that is gone when its scope ends. Not made yet. */
export async function temporaryFollower(): Promise<AsyncDisposable & { root: string; folder: FollowerFolder }> {
  const root = await mkdtemp(join(tmpdir(), 'follow-'))
  return {
    root,
    folder: followerFolder(root, 'friends'),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true })
  }
}
