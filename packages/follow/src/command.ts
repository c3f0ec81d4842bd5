import { ExitError, GoCommand } from '@ipfs-cluster/cli-kit'
import { lockFolder } from '@ipfs-cluster/core/config'
import type { FolderLock } from '@ipfs-cluster/core/config'
import { messageOf } from '@ipfs-cluster/core/util'
import { adviceFor } from '@ipfs-cluster/daemon'
import { isThere } from './files.ts'
import { followerFolder, followersFolder } from './folder.ts'
import type { FollowerFolder } from './folder.ts'
import { PROGRAM } from './globals.ts'
import type { Globals } from './globals.ts'
import type { Template } from './template/load.ts'

/** A command on the peer that follows one cluster. */
export abstract class FollowCommand extends GoCommand<Globals> {
  /** Name of the cluster. */
  protected get cluster(): string {
    return this.context.globals.cluster
  }

  protected get folder(): FollowerFolder {
    const { globals, env } = this.context
    return followerFolder(followersFolder(globals.config, env), this.cluster)
  }

  protected tell(text: string): void {
    this.context.stdout.write(`${text}\n`)
  }

  /** @throws ExitError when there is no folder for the cluster, after saying how to make one */
  protected async requireInitialized(): Promise<void> {
    if (await isThere(this.folder.path)) return
    this.tell(
      `\nThis cluster peer has not been initialized.\n\nTry running "${PROGRAM} ${this.cluster} init <config-url>" first.`
    )
    throw new ExitError('', 1)
  }

  /** Reads something of the configuration; when that fails the program ends with the reason. */
  protected async reading<T>(work: () => Promise<T> | T): Promise<T> {
    return doing(`reading the configurations in ${this.folder.path}`, work)
  }

  /**
   * Locks the folder, so that no other peer or command works in it.
   *
   * @param step - what cannot be done without the lock
   */
  protected async lock(step: string): Promise<FolderLock> {
    return doing(step, () => lockFolder(this.folder, PROGRAM))
  }

  /** Says that an earlier copy of the configuration is used, if it is. */
  protected tellStale({ stale }: Template): void {
    if (stale === undefined) return
    const since = stale.since.toISOString()
    this.context.stderr.write(`${messageOf(stale.reason)}\nusing the copy of the configuration of ${since}\n`)
  }
}

/** Does a step; when it fails the program ends with the reason, what to do about it, and the step. */
export async function doing<T>(step: string, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work()
  } catch (err) {
    if (err instanceof ExitError) throw err
    const lines = [messageOf(err).trimEnd(), adviceFor(err), step].filter((line) => line !== '')
    throw new ExitError(lines.join('\n'), 1, { cause: err })
  }
}
