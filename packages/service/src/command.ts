import { ExitError, GoCommand } from '@ipfs-cluster/cli-kit'
import { ClusterError } from '@ipfs-cluster/api'
import { ConfigError, defaultFolder, lockFolder, peerFolder } from '@ipfs-cluster/core/config'
import type { FolderLock, PeerFolder } from '@ipfs-cluster/core/config'
import type { ComponentLogger } from '@ipfs-cluster/core/util'
import { PROGRAM } from './globals.ts'
import type { Globals } from './globals.ts'
import { LineLog } from './log/line-log.ts'
import { readLogLevels } from './log/levels.ts'

/** A command of the program: it works in the folder of a peer and writes a log. */
export abstract class ServiceCommand extends GoCommand<Globals> {
  /** The folder that the user named, or the default one. */
  protected get folder(): PeerFolder {
    const { globals, env } = this.context
    return peerFolder(globals.config === '' ? defaultFolder(env) : globals.config)
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

/** Does a step; when it fails the program ends with `error STEP: REASON`, and what to do about it below. */
export async function during<T>(step: string, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work()
  } catch (err) {
    throw failure(step, err)
  }
}

/** The end of the program because a step failed. */
export function failure(step: string, err: unknown): ExitError {
  if (err instanceof ExitError) return err
  const error = ExitError.during(step, err)
  const advice = adviceFor(err)
  return advice === '' ? error : new ExitError(`${error.message}\n  ${advice}`, error.exitCode, { cause: err })
}

function adviceFor(err: unknown): string {
  if (err instanceof ConfigError) return err.hint
  return err instanceof ClusterError ? err.next : ''
}
