import { clusterClient, parseEndpoint } from '@ipfs-cluster/client'
import type { ClusterClient } from '@ipfs-cluster/client'
import { socketTransport } from '@ipfs-cluster/client/socket'
import type { Environment } from '@ipfs-cluster/core/config'
import type { FollowerFolder } from './folder.ts'
import { baseConfig } from './settings.ts'
import { followerConfig } from './template/follower-config.ts'

/** Milliseconds that a peer is given to say that it is there. */
export const ANSWER_LIMIT = 10_000

/**
 * A client of the REST API that the follower has while it runs: at its socket unless the environment says otherwise.
 * Its requests may take as long as they like.
 *
 * @throws ClusterError when the environment makes no sense
 */
export function followerClient(folder: FollowerFolder, env: Environment): ClusterClient {
  const { restapi } = followerConfig(baseConfig(), { folder, env }).api
  const [address = `/unix${folder.socket}`] = restapi?.httpListenMultiaddress ?? []
  const [user] = Object.entries(restapi?.basicAuthCredentials ?? {})
  const auth = user === undefined ? {} : { auth: { username: user[0], password: user[1] } }
  const endpoint = parseEndpoint(address, { tls: restapi?.sslCertFile !== undefined && restapi.sslCertFile !== '' })
  return clusterClient(auth)({ transport: socketTransport({ endpoint }) })
}
