import { ClusterError } from '@ipfs-cluster/api'
import { consensusOf } from '@ipfs-cluster/core/config'
import type { PeerConfig } from '@ipfs-cluster/core/config'
import { crdt } from '@ipfs-cluster/core/consensus/crdt'
import type { CrdtConsensus } from '@ipfs-cluster/core/consensus/crdt'
import { levelDatastore } from '@ipfs-cluster/core/datastore'
import type { Datastore } from '@ipfs-cluster/core/datastore'
import type { ComponentLogger } from '@ipfs-cluster/core/util'
import { datastoreLocation } from '@ipfs-cluster/daemon'

/** The stored state of a peer that does not run. */
export interface StoppedPeer extends AsyncDisposable {
  readonly datastore: Datastore
  /** Not started. */
  readonly consensus: CrdtConsensus
}

/** What is to be done with the state. */
export interface StoppedPeerOptions {
  /** Everything is to be replaced, so data of an engine that this peer cannot read may be passed over. */
  mayLeaveData?: boolean
  /** Much is to be written: larger tables are made of it, in four times the memory. */
  willWriteMuch?: boolean
}

/** Bytes of the log before LevelDB makes a table of it, where much is to be written. */
const LARGE_WRITE_BUFFER = 32 * 1024 * 1024

/**
 * Fails unless the peer has a consensus whose state can be read.
 *
 * @throws ConfigError, ClusterError `ERR_CONFIG`
 */
export function requireCrdt({ config }: PeerConfig): void {
  if (consensusOf(config) === 'crdt') return
  throw new ClusterError('ERR_CONFIG', 'Raft is not there yet: make a peer with `init --consensus crdt`')
}

/** Opens the state of a peer. The folder is to be locked. */
export async function openStoppedPeer(
  { config, identity, folder }: PeerConfig,
  logger: ComponentLogger,
  options: StoppedPeerOptions = {}
): Promise<StoppedPeer> {
  const location = await datastoreLocation(config, folder, logger.forComponent('service'), options)
  const datastore = levelDatastore({
    location,
    ...(options.willWriteMuch === true && { writeBufferSize: LARGE_WRITE_BUFFER })
  })
  await datastore.open()
  const { datastoreNamespace } = config.consensus.crdt ?? {}
  const consensus = crdt(datastoreNamespace === undefined ? {} : { datastoreNamespace })({
    peerId: identity.id,
    datastore,
    logger,
    // Nobody listens: the peer looks at its whole pinset when it starts.
    hooks: { onPut: () => {}, onDelete: () => {} }
  })
  return {
    datastore,
    consensus,
    [Symbol.asyncDispose]: async () => {
      await consensus.stop()
      await datastore.close()
    }
  }
}
