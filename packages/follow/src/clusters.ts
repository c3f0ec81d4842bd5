import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ExitError } from '@ipfs-cluster/cli-kit'
import type { CommandContext } from '@ipfs-cluster/cli-kit'
import { fileFailure } from '@ipfs-cluster/core/config'
import { isThere } from './files.ts'
import { followersFolder } from './folder.ts'
import { PROGRAM } from './globals.ts'
import type { Globals } from './globals.ts'

const FIRST_START = `
No clusters configured yet!
 
If this is the first time you are running ${PROGRAM},
be sure to check out the usage documentation. Here are some
examples to get you going:

$ ${PROGRAM} --help                     - general description and usage help
$ ${PROGRAM} <clusterName> --help       - Help and subcommands for the <clusterName>'s follower peer
$ ${PROGRAM} <clusterName> info --help  - Help for the "info" subcommand (same for others).
`

/** Prints which clusters are followed: what the program does without the name of one. */
export async function printClusters({ globals, env, stdout }: CommandContext<Globals>): Promise<number> {
  const names = await followedClusters(followersFolder(globals.config, env))
  if (names.length === 0) {
    stdout.write(FIRST_START)
    return 0
  }
  stdout.write(`Configurations found for ${names.length} follower peers. For info and help, try running:\n\n`)
  for (const name of names) stdout.write(`${PROGRAM} "${name}"\n`)
  stdout.write(`\nTip: "${PROGRAM} --help" for help and examples.\n`)
  return 0
}

/** Names of the clusters that have a configuration, in their order. */
async function followedClusters(folder: string): Promise<string[]> {
  const names = await subfoldersOf(folder)
  const areFollowed = await Promise.all(names.map((name) => isThere(join(folder, name, 'service.json'))))
  return names.filter((_, index) => areFollowed[index]).sort()
}

async function subfoldersOf(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new ExitError(`${fileFailure('readdirent', folder, err)}\nreading ${folder}`, 1, { cause: err })
  }
}
