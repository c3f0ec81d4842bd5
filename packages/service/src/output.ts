import { randomBytes } from 'node:crypto'
import { open, realpath, rename, rm, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { writeOut } from '@ipfs-cluster/cli-kit'
import type { TextSink } from '@ipfs-cluster/cli-kit'
import { fileFailure } from '@ipfs-cluster/core/config'

const NEW_FILE_MODE = 0o644

/** Where a command writes a document to. To be disposed of when the document comes to nothing. */
export interface Output extends AsyncDisposable {
  write(pieces: AsyncIterable<string>): Promise<void>
}

/**
 * Standard output, or a file, which is made now and changes only when all of the document is there: a failed export
 * does not take the last good one with it.
 *
 * @param path - of the file; empty for standard output
 */
export async function openOutput(path: string, stdout: TextSink): Promise<Output> {
  if (path === '') return standardOutput(stdout)
  try {
    return await openFile(path)
  } catch (err) {
    throw new Error(fileFailure('open', path, err), { cause: err })
  }
}

function standardOutput(stdout: TextSink): Output {
  return {
    write: async (pieces) => {
      for await (const piece of pieces) await writeOut(stdout, piece)
    },
    [Symbol.asyncDispose]: async () => {}
  }
}

async function openFile(path: string): Promise<Output> {
  const existing = await existingFile(path)
  if (existing !== undefined && !existing.isFile) return deviceOutput(await open(path, 'w'))
  const target = existing?.path ?? path
  const temporary = `${target}.${randomBytes(4).toString('hex')}.tmp`
  const file = await open(temporary, 'wx', existing?.mode ?? NEW_FILE_MODE)
  return fileOutput(file, temporary, target)
}

/** A terminal, a pipe: nothing that could be replaced. */
function deviceOutput(device: FileHandle): Output {
  return { write: (pieces) => device.writeFile(pieces), [Symbol.asyncDispose]: () => device.close() }
}

function fileOutput(file: FileHandle, temporary: string, target: string): Output {
  return {
    write: async (pieces) => {
      await file.writeFile(pieces)
      await file.sync()
      await rename(temporary, target)
    },
    [Symbol.asyncDispose]: async () => {
      await file.close()
      await rm(temporary, { force: true })
    }
  }
}

/** What is there already, behind any links. */
async function existingFile(path: string): Promise<{ path: string; isFile: boolean; mode: number } | undefined> {
  try {
    const found = await stat(path)
    return { path: await realpath(path), isFile: found.isFile(), mode: found.mode & 0o777 }
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw err
  }
}
