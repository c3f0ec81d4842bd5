/**
 * @packageDocumentation
 *
 * The configuration of a peer: service.json, identity.json, the environment, and the lock on their folder.
 *
 * Every option is declared once, in `sections/`: key, kind, default, when it is written, check, what it does. Reading,
 * writing, the names of environment variables, the documentation and the types follow from that. The files are those
 * of the Go release v1.1.6, key for key.
 *
 * @example
 * const folder = peerFolder('/home/me/.ipfs-cluster')
 * await using _lock = await lockFolder(folder, 'ipfs-cluster-service')
 * const { config, identity } = await loadPeerConfig(folder, process.env)
 * console.log(identity.id, config.cluster.listenMultiaddress)
 */
export { describeSection } from './describe.ts'
export { ConfigError } from './errors.ts'
export { fileFailure, makeFolder, writeFileAtomic } from './files.ts'
export { defaultFolder, peerFolder } from './folder.ts'
export {
  createIdentity,
  formatIdentity,
  identityFromJson,
  loadIdentity,
  overrideIdentity,
  parseIdentity,
  saveIdentity
} from './identity.ts'
export { COMPONENTS } from './layout.ts'
export { fetchConfiguration, loadPeerConfig, NO_SECRET } from './load.ts'
export { lockFolder, lockHolder } from './lock.ts'
export { noticesOf } from './notices.ts'
export { settingsOf } from './origins.ts'
export { decodeSecret, encodeSecret } from './secret.ts'
export {
  applyEnvironment,
  consensusOf,
  datastoreOf,
  defaultServiceConfig,
  displayServiceConfig,
  formatServiceConfig,
  formatSource,
  parseServiceConfig
} from './service-config.ts'
export type { OptionDoc } from './describe.ts'
export type { Environment } from './env.ts'
export type { PeerFolder } from './folder.ts'
export type { Identity } from './identity.ts'
export type { Component, ServiceConfig } from './layout.ts'
export type { PeerConfig } from './load.ts'
export type { FolderLock } from './lock.ts'
export type { ConfigOrigin, Setting } from './origins.ts'
export type { ServiceConfigInit } from './service-config.ts'
export type { BalancedConfig } from './sections/balanced.ts'
export type { ClusterConfig } from './sections/cluster.ts'
export type { CrdtConfig } from './sections/crdt.ts'
export type { HttpApiConfig } from './sections/http-api.ts'
export type { DiskConfig, NumpinConfig, PinqueueConfig, TagsConfig } from './sections/informers.ts'
export type { IpfsHttpConfig } from './sections/ipfshttp.ts'
export type { IpfsNodeConfig } from './sections/ipfs-node.ts'
export type { IpfsProxyConfig } from './sections/ipfsproxy.ts'
export type { LeveldbConfig } from './sections/leveldb.ts'
export type { MetricsConfig, TracingConfig } from './sections/observations.ts'
export type { PluginConfig } from './sections/plugin.ts'
export type { PubsubmonConfig } from './sections/pubsubmon.ts'
export type { RaftConfig } from './sections/raft.ts'
export type { StatelessConfig } from './sections/stateless.ts'
