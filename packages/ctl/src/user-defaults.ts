import { ExitError } from '@ipfs-cluster/cli-kit'
import type { FlagDefaults, Io } from '@ipfs-cluster/cli-kit'
import { bunRuntime } from './bun.ts'

/** Name of the file without `.json`, as conf wants it. */
export const FILE_NAME = 'config'

/** Folder of the user's own defaults; undefined for a user without a home. */
export function defaultsFolder({ env }: Pick<Io, 'env'>): string | undefined {
  const base = env.XDG_CONFIG_HOME || (env.HOME ? `${env.HOME}/.config` : undefined)
  return base === undefined ? undefined : `${base}/ipfs-cluster-ctl`
}

/**
 * What `ipfs-cluster-ctl config set` has kept. Read by hand: loading what writes it would take longer than all the rest
 * of a run.
 *
 * @throws ExitError for a file that is no JSON object
 */
export async function userDefaults(io: Pick<Io, 'env'>): Promise<FlagDefaults> {
  const folder = defaultsFolder(io)
  if (folder === undefined) return { texts: {}, source: '' }
  const source = `${folder}/${FILE_NAME}.json`
  const text = await readText(source)
  return { texts: text === undefined ? {} : parseTexts(text, source), source }
}

/** Undefined when there is nothing to read, which Bun knows without what reads. */
async function readText(path: string): Promise<string | undefined> {
  if (bunRuntime()?.file(path).size === 0) return undefined
  const { readFileSync } = await import('node:fs')
  try {
    return readFileSync(path, 'utf8') || undefined
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
