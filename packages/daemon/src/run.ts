import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ExitError } from '@ipfs-cluster/cli-kit'
import type { Io } from '@ipfs-cluster/cli-kit'
import type { Multiaddr } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import { createPeer, loadPlugins, peerInitFromConfig } from '@ipfs-cluster/core/cluster'
import type { Peer } from '@ipfs-cluster/core/cluster'
import { consensusOf, displayServiceConfig } from '@ipfs-cluster/core/config'
import type { PeerConfig } from '@ipfs-cluster/core/config'
import { messageOf, startAll, stopAll } from '@ipfs-cluster/core/util'
import type { AbortOptions, ComponentLogger, Startable } from '@ipfs-cluster/core/util'
import { ipfsProxy, pinsvcApi, restApi } from '@ipfs-cluster/http'
import type { IpfsProxy, PinsvcApi, RestApi } from '@ipfs-cluster/http'
import { datastoreLocation } from './datastore.ts'
import { during, failure } from './failure.ts'
import { ipfsNodeProcess } from './ipfs-node.ts'
import { IdleCollector } from './idle-collector.ts'
import type { StopSignals } from './stop-signals.ts'

/** Milliseconds that everything together is given to stop. */
const STOP_LIMIT = 30_000

/** What a peer runs on. */
export interface DaemonInit extends Pick<PeerConfig, 'config' | 'identity' | 'folder' | 'source'> {
  readonly logger: ComponentLogger
  readonly stop: StopSignals
  readonly io: Io
  /** Peers to join. */
  readonly bootstrap?: readonly Multiaddr[]
  /** Everything in the datastore can be had from other peers. */
  readonly isFollower?: boolean
  /** Called once the peer is READY. */
  onReady?(): void
}

/**
 * Runs a peer until a signal stops it.
 *
 * @returns the exit status
 * @throws ExitError when the peer cannot be started, also because it is asked to stop before it has
 */
export async function runDaemon(init: DaemonInit): Promise<number> {
  const log = init.logger.forComponent('service')
  log.debug(`Configuration:\n${displayServiceConfig(init.config)}\n`)
  const parts = await makeParts(init)
  try {
    await startAll(parts, init.stop)
  } catch (err) {
    throw startFailure(err)
  }
  await init.stop.received()
  return stopParts(parts, init.io)
}

/** What runs, in the order in which it is started. */
async function makeParts(init: DaemonInit): Promise<Startable[]> {
  const { config, identity, folder, logger, io, isFollower = false } = init
  const log = logger.forComponent('service')
  await during('creating state manager', () => requireCrdt(init))
  const location = await during('creating datastore', () =>
    datastoreLocation(config, folder, log, { mayLeaveData: isFollower })
  )
  const plugins = await during('loading plugins', () =>
    loadPlugins(config, { folder: folder.path, source: init.source })
  )
  const peer = await during('starting cluster', () =>
    createPeer({
      ...peerInitFromConfig(config, { identity, location, folder: folder.path, bootstrap: init.bootstrap ?? [] }),
      logger,
      parts: plugins
    })
  )
  const parts: Startable[] = [new IdleCollector()]
  if (config.ipfsNode?.enabled === true) {
    parts.push(ipfsNodeProcess(config.ipfsNode, { folder, env: io.env }, { logger }))
  }
  parts.push(asPart(peer, init))
  const { restapi, pinsvcapi, ipfsproxy } = config.api
  const components = { cluster: peer.cluster, logger }
  if (restapi !== undefined) {
    parts.push(surfacePart('REST API', restApi(withAbsolutePaths(restapi, folder.path))(components)))
  }
  if (pinsvcapi !== undefined) {
    parts.push(surfacePart('Pinning Service API', pinsvcApi(withAbsolutePaths(pinsvcapi, folder.path))(components)))
  }
  if (ipfsproxy !== undefined) {
    const logFile = absolute(ipfsproxy.logFile, folder.path)
    parts.push(surfacePart('IPFS Proxy', ipfsProxy({ ...ipfsproxy, logFile })(components)))
  }
  return parts
}

function requireCrdt({ config }: DaemonInit): void {
  if (consensusOf(config) === 'crdt') return
  throw new ClusterError('ERR_CONFIG', 'Raft is not there yet: make a peer with `init --consensus crdt`')
}

function asPart(peer: Peer, init: DaemonInit): Startable {
  const start = async (options?: AbortOptions): Promise<void> => {
    await peer.start(options)
    // A peer that is asked to stop before will not get ready.
    peer.cluster.ready(init.stop).then(
      () => init.onReady?.(),
      () => {}
    )
  }
  return { start, stop: () => peer.stop() }
}

/** An HTTP API, with the words that scripts know for what keeps it from starting. */
function surfacePart(name: string, surface: RestApi | PinsvcApi | IpfsProxy): Startable {
  const start = async (): Promise<void> => {
    try {
      await surface.start()
    } catch (err) {
      const isFiles = err instanceof ClusterError && err.code === 'ERR_TLS_FILES'
      throw failure(isFiles ? 'loading configurations' : `creating ${name} component`, err)
    }
  }
  return { start, stop: () => surface.stop() }
}

type PathSettings = Record<'sslCertFile' | 'sslKeyFile' | 'httpLogFile', string>

function withAbsolutePaths<C extends PathSettings>(section: C, base: string): C {
  return {
    ...section,
    sslCertFile: absolute(section.sslCertFile, base),
    sslKeyFile: absolute(section.sslKeyFile, base),
    httpLogFile: absolute(section.httpLogFile, base)
  }
}

/** Paths of a section are relative to the folder of the peer; an empty one means none. */
function absolute(path: string, base: string): string {
  return path === '' ? '' : resolve(base, path)
}

function startFailure(err: unknown): ExitError {
  if (err instanceof ExitError) return err
  if (err instanceof ClusterError && err.code === 'ERR_IPFS_NODE_START') {
    return failure('starting the embedded IPFS node', err)
  }
  return failure('starting cluster', err)
}

async function stopParts(parts: readonly Startable[], { stderr }: Io): Promise<number> {
  const late = delay(STOP_LIMIT, undefined, { ref: false }).then(() => {
    throw new Error(`not everything has stopped after ${STOP_LIMIT / 1000} seconds`)
  })
  try {
    await Promise.race([stopAll(parts), late])
    return 0
  } catch (err) {
    const reasons = err instanceof AggregateError ? err.errors : [err]
    stderr.write(`error shutting down cluster: ${reasons.map(messageOf).join('; ')}\n`)
    return 1
  }
}
