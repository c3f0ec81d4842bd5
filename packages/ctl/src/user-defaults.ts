import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ExitError } from '@ipfs-cluster/cli-kit'
import type { FlagDefaults, Io } from '@ipfs-cluster/cli-kit'

/** Name of the file without `.json`, as conf wants it. */
export const FILE_NAME = 'config'

/** Folder of the user's own defaults; undefined for a user without a home. */
export function defaultsFolder({ env }: Pick<Io, 'env'>): string | undefined {
  const base = env.XDG_CONFIG_HOME || (env.HOME ? join(env.HOME, '.config') : undefined)
  return base === undefined ? undefined : join(base, 'ipfs-cluster-ctl')
}

/**
 * What `ipfs-cluster-ctl config set` has kept. Read by hand: loading what writes it would take longer than all the rest
 * of a run.
 *
 * @throws ExitError for a file that is no JSON object
 */
export function userDefaults(io: Pick<Io, 'env'>): FlagDefaults {
  const folder = defaultsFolder(io)
  if (folder === undefined) return { texts: {}, source: '' }
  const source = join(folder, `${FILE_NAME}.json`)
  const text = readText(source)
  return { texts: text === undefined ? {} : parseTexts(text, source), source }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function parseTexts(text: string, source: string): Record<string, string> {
  try {
    const document: unknown = JSON.parse(text)
    if (typeof document !== 'object' || document === null || Array.isArray(document))
      throw new Error('it is no JSON object')
    return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, String(value)]))
  } catch (error) {
    throw ExitError.during(`reading ${source}: correct or remove it`, error)
  }
}
