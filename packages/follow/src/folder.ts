import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { ExitError } from '@ipfs-cluster/cli-kit'
import { peerFolder } from '@ipfs-cluster/core/config'
import type { Environment, PeerFolder } from '@ipfs-cluster/core/config'

const FOLDER_NAME = '.ipfs-cluster-follow'

/** The files of the peer that follows one cluster. */
export interface FollowerFolder extends PeerFolder {
  /** The configuration as it was last fetched. */
  readonly template: string
  /** Socket of the REST API while the peer runs. */
  readonly socket: string
}

/** The folder that holds a folder for each cluster; absolute. */
export function followersFolder(given: string, env: Environment): string {
  return given === '' ? join(homeOf(env), FOLDER_NAME) : resolve(given)
}

/** The home of the user. */
export function homeOf(env: Environment): string {
  const home = env['HOME']
  return home === undefined || home === '' ? homedir() : home
}

/**
 * The folder of the peer that follows a cluster.
 *
 * @throws ExitError for a name that is no name of a folder
 */
export function followerFolder(followers: string, cluster: string): FollowerFolder {
  if (cluster === '' || cluster === '.' || cluster === '..' || cluster.includes('/')) {
    throw new ExitError(`"${cluster}" cannot be the name of a cluster: it is to be the name of a folder`)
  }
  const folder = peerFolder(join(followers, cluster))
  return { ...folder, template: join(folder.path, 'template.json'), socket: join(folder.path, 'api-socket') }
}
