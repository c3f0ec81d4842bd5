import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new folder of its own; remove it with {@link removeFolder}. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'ipfs-cluster-test-'))
}

export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true })
}
