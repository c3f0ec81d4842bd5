import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ExitError } from '@ipfs-cluster/cli-kit'

/** Whether this is the executable that Bun has made, in which libp2p does not run. */
export function isExecutable(): boolean {
  return 'Bun' in globalThis
}

/**
 * Goes on as the Node form of this program: in the same process, with the same words and files.
 *
 * @throws ExitError when the Node form is not there
 */
export function handOver(env: Readonly<Record<string, string | undefined>>): never {
  // The package has the executable in dist/bin, and in bin what starts either form.
  const starter = join(dirname(process.execPath), '../../bin/ipfs-cluster-ctl')
  const execve = process.execve?.bind(process)
  if (!existsSync(starter) || execve === undefined) {
    throw new ExitError(
      `error creating API client: libp2p hosts need the form of this program for Node, and there is no ${starter}: ` +
        'install the whole package, or give the HTTP address of the peer'
    )
  }
  const own = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const argv = [starter, ...process.argv.slice(2)]
  return execve(starter, argv, { ...Object.fromEntries(own), IPFS_CLUSTER_CTL_FORM: 'node' })
}
