import { ClusterError } from '@ipfs-cluster/api'
import { saysNoRoom } from '../util/errors.ts'

/** The failure of a store in terms that a user can act on. Aborts stay what they are. */
export function toDatastoreError(error: unknown, location: string): Error {
  if (error instanceof ClusterError) return error
  const codes = codesOf(error)
  if (codes.includes('AbortError') || codes.includes('LEVEL_ABORTED')) return error as Error
  const text = innermostMessage(error)
  if (codes.includes('LEVEL_LOCKED')) {
    return new ClusterError('ERR_DATASTORE_LOCKED', `the datastore ${location} is in use by another process`, {
      cause: error
    })
  }
  if (saysNoRoom(text) || codes.includes('ENOSPC')) {
    return new ClusterError('ERR_DATASTORE_FULL', `no room left for the datastore ${location}: ${text}`, {
      cause: error
    })
  }
  if (codes.includes('LEVEL_CORRUPTION') || FILE_GONE.test(text)) {
    return new ClusterError('ERR_DATASTORE_CORRUPT', `the datastore ${location} is damaged: ${text}`, { cause: error })
  }
  return new ClusterError('ERR_DATASTORE', `the datastore ${location} failed: ${text}`, { cause: error })
}

/** Whether the files may now end in half of a write, so that nothing may be written behind it. */
export function breaksWriting(error: unknown): boolean {
  const codes = codesOf(error)
  return codes.includes('LEVEL_IO_ERROR') || codes.includes('LEVEL_CORRUPTION')
}

/** Whether a batch could not be written because its store was closed since it was begun. */
export function isClosedBatch(error: unknown): boolean {
  return codesOf(error).includes('LEVEL_BATCH_NOT_OPEN')
}

/** A file that others name is not there. Where it is the lock, the folder is what cannot be made. */
const FILE_GONE = /^(?!.*\/LOCK:).*no such file or directory/is

/**
 * A failure and what caused it, down to what the system said. Told by shape: the native part makes its errors in the
 * main realm of the process, where a test that runs in another one does not find them with `instanceof`.
 */
function* causes(error: unknown): Generator<{ code?: unknown; name?: unknown; message?: unknown }> {
  for (let at = error; typeof at === 'object' && at !== null; at = (at as Error).cause) yield at
}

function codesOf(error: unknown): unknown[] {
  return [...causes(error)].flatMap(({ code, name }) => [code, name])
}

function innermostMessage(error: unknown): string {
  return String([...causes(error)].at(-1)?.message ?? error)
}
