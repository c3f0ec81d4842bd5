import { open, rename, rm } from 'node:fs/promises'
import { ExitError } from '@ipfs-cluster/cli-kit'
import { explainSystemError } from './system-error.ts'

/**
 * Writes a file that is there only when it is whole: what a failure leaves is removed, and what was there before stays.
 *
 * @throws ExitError when the file cannot be written
 */
export async function writeWhole(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const temporary = `${path}.${process.pid}.new`
  const file = await open(temporary, 'wx').catch((error: unknown) => {
    throw ExitError.during('creating output file', explainSystemError(error, 'open', path))
  })
  try {
    for await (const bytes of content) await writeAll(file, bytes, path)
    await file.sync()
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, bytes: Uint8Array, path: string): Promise<void> {
  await file.writeFile(bytes).catch((error: unknown) => {
    throw ExitError.during('writing output file', explainSystemError(error, 'write', path))
  })
}
