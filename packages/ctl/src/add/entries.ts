import { ExitError } from '@ipfs-cluster/cli-kit'
import type { AddEntry } from '@ipfs-cluster/client'
import { localEntries } from './local.ts'
import type { WalkOptions } from './local.ts'
import { isWebUrl, webEntries } from './web.ts'

/** What the arguments of `add` ask for. */
export interface EntryOptions extends WalkOptions {
  /** The content stays where it is, which must be on the web. */
  readonly noCopy: boolean
}

/**
 * What the arguments of `add` name, one after another. Every argument is looked at before anything is sent.
 *
 * @throws ExitError for an argument that cannot be added
 */
export async function collectEntries(
  paths: readonly string[],
  options: EntryOptions
): Promise<AsyncIterable<AddEntry>> {
  const sources: AsyncIterable<AddEntry>[] = []
  for (const path of paths) {
    if (isWebUrl(path)) sources.push(webEntries(path))
    else if (options.noCopy) throw new ExitError('error : nocopy option is only valid for URLs')
    else sources.push(await localEntries(path, options))
  }
  return concatenate(sources)
}

async function* concatenate(sources: readonly AsyncIterable<AddEntry>[]): AsyncGenerator<AddEntry, void, void> {
  for (const source of sources) yield* source
}
