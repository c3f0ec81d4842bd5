import { applyEnvironment, ConfigError, consensusOf, parseServiceConfig } from '@ipfs-cluster/core/config'
import type { Environment, IpfsNodeConfig, ServiceConfig } from '@ipfs-cluster/core/config'
import type { FollowerFolder } from '../folder.ts'
import { baseConfig } from '../settings.ts'

/**
 * Reads a configuration that somebody publishes for followers.
 *
 * @throws ConfigError also for one that no follower can use
 */
export function readTemplate(text: string, file: string): ServiceConfig {
  const config = parseServiceConfig(text, file)
  if (consensusOf(config) === 'crdt') return config
  const error = new ConfigError('this configuration is for Raft, where nobody can follow', {
    path: ['consensus'],
    found: '"raft"',
    allowed: '"crdt"; ask those who publish it'
  })
  error.file = file
  throw error
}

/** What a configuration does not say, or may not. */
export interface FollowerPlace {
  readonly folder: FollowerFolder
  readonly env: Environment
  /** The IPFS node that is run beside the peer; absent: the one that the configuration names. */
  readonly ipfsNode?: IpfsNodeConfig | undefined
}

/**
 * The configuration of a follower: the published one and the environment, by the rules that hold for every follower. It
 * writes nothing, its only API is a REST API on a socket of its own, and it tells nobody what it does.
 *
 * @throws ConfigError for a variable of the environment
 */
export function followerConfig(template: ServiceConfig, { folder, env, ipfsNode }: FollowerPlace): ServiceConfig {
  const { restapi } = baseConfig().api
  const own = restapi && { ...restapi, httpListenMultiaddress: [`/unix${folder.socket}`] }
  const config = applyEnvironment({ ...template, api: { ...(own && { restapi: own }) }, ipfsNode: undefined }, env)
  config.cluster.followerMode = true
  config.observations.metrics.enableStats = false
  config.observations.tracing.enableTracing = false
  // Code that the publisher names is not run here.
  delete config.allocator.plugin
  delete config.informer.plugin
  if (ipfsNode !== undefined) config.ipfsConnector.ipfshttp.nodeMultiaddress = ipfsNode.apiMultiaddress
  return config
}

/** What deserves a look, one line each. */
export function warningsOf({ cluster, consensus }: ServiceConfig): string[] {
  return [
    ...(cluster.secret === undefined ? ['Cluster secret is empty, cluster will start on unprotected network.'] : []),
    ...(consensus.crdt?.trustedPeers === '*'
      ? ['this configuration trusts everybody ("trusted_peers": "*"): each peer of the cluster can have this one pin']
      : [])
  ]
}
