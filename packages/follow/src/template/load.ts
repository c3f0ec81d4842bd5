import { readFile, stat } from 'node:fs/promises'
import { fetchConfiguration, writeFileAtomic } from '@ipfs-cluster/core/config'
import type { ServiceConfig } from '@ipfs-cluster/core/config'
import type { AbortOptions } from '@ipfs-cluster/core/util'
import type { FollowerFolder } from '../folder.ts'
import { readTemplate } from './follower-config.ts'

/** A configuration that somebody publishes. */
export interface Template {
  readonly config: ServiceConfig
  /** Its text, when it comes from where it is published. */
  readonly text?: string
  /** Why an earlier copy stands in for it, and when that was fetched. */
  readonly stale?: { readonly since: Date; readonly reason: unknown }
}

/**
 * Fetches the configuration. When that fails, or what comes cannot be used, the copy of an earlier run stands in.
 *
 * @param url - empty: service.json is the configuration itself
 * @throws ConfigError when there is no such copy either
 */
export async function loadTemplate(folder: FollowerFolder, url: string, options: AbortOptions = {}): Promise<Template> {
  if (url === '') return { config: readTemplate(await readFile(folder.service, 'utf8'), folder.service) }
  try {
    const text = await fetchConfiguration(url, options)
    return { config: readTemplate(text, url), text }
  } catch (reason) {
    options.signal?.throwIfAborted()
    const copy = await readCopy(folder, reason)
    if (copy === undefined) throw reason
    return copy
  }
}

/** Keeps a configuration for the time when its source is away. It holds the secret of the cluster. */
export async function keepTemplate({ template }: FollowerFolder, { text }: Template): Promise<void> {
  if (text !== undefined) await writeFileAtomic(template, text, 0o600)
}

/** The configuration as it was last fetched. */
export async function readCopy({ template: path }: FollowerFolder, reason: unknown): Promise<Template | undefined> {
  try {
    const config = readTemplate(await readFile(path, 'utf8'), path)
    return { config, stale: { since: (await stat(path)).mtime, reason } }
  } catch {
    return undefined
  }
}
