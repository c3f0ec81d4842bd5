import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { ExitError } from '@ipfs-cluster/cli-kit'
import type { Environment } from '@ipfs-cluster/core/config'
import { isThere } from './files.ts'
import type { FollowerFolder } from './folder.ts'

/** Longest path that a socket can have on Linux, in bytes. */
const PATH_LENGTH = 107

/**
 * Makes way for the socket of the REST API: a peer that was killed leaves its own behind. To be called with the folder
 * locked.
 *
 * @throws ExitError when there can be no such socket
 */
export async function clearSocket({ socket }: FollowerFolder, env: Environment): Promise<void> {
  if (env['CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS'] !== undefined) return
  const length = Buffer.byteLength(socket)
  if (length > PATH_LENGTH) {
    throw new ExitError(
      `the path of the API socket ${socket} has ${length} bytes, and the system allows ${PATH_LENGTH}: ` +
        `choose a shorter folder with --config, or set CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS\n` +
        'creating REST API component'
    )
  }
  if ((await isThere(socket)) && !(await isServed(socket))) await rm(socket, { force: true })
}

/** A peer of the Go release takes no lock, so it may run in the folder all the same. */
async function isServed(socket: string): Promise<boolean> {
  const connection = connect(socket)
  try {
    await once(connection, 'connect')
    return true
  } catch {
    return false
  } finally {
    connection.destroy()
  }
}
