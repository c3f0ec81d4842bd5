import { ClusterError } from '@ipfs-cluster/api'
import { ExitError } from '@ipfs-cluster/cli-kit'
import { ConfigError } from '@ipfs-cluster/core/config'

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

/** What to do about a failure; empty when that is not known. */
export function adviceFor(err: unknown): string {
  if (err instanceof ConfigError) return err.hint
  return err instanceof ClusterError ? err.next : ''
}
