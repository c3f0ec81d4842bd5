import { GoCommand } from '@ipfs-cluster/cli-kit'
import type { CommandContext } from '@ipfs-cluster/cli-kit'
import { defaultFolder, lockFolder, peerFolder } from '@ipfs-cluster/core/config'
import type { FolderLock, PeerFolder } from '@ipfs-cluster/core/config'
import type { ComponentLogger } from '@ipfs-cluster/core/util'
import { during, LineLog, readLogLevels } from '@ipfs-cluster/daemon'
import { PROGRAM } from './globals.ts'
import type { Globals } from './globals.ts'

/** A command of the program: it works in the folder of a peer and writes a log. */
export abstract class ServiceCommand extends GoCommand<Globals> {
  /** The folder that the user named, or the default one. */
  protected get folder(): PeerFolder {
    return folderOf(this.context)
  }

  /** A log at the levels that the user asked for, to standard error. */
  protected openLog(): ComponentLogger {
    return new LineLog(readLogLevels(this.context.globals).levels, this.context.stderr)
  }

  /**
   * Locks the folder, so that no other command or peer works in it.
   *
   * @throws ExitError
   */
  protected async lock(): Promise<FolderLock> {
    return during('obtaining execution lock', () => lockFolder(this.folder, PROGRAM))
  }
}

/** The folder that the user named, or the default one. */
export function folderOf({ globals, env }: CommandContext<Globals>): PeerFolder {
  return peerFolder(globals.config === '' ? defaultFolder(env) : globals.config)
}
