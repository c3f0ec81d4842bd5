import type { Pin } from '@ipfs-cluster/api'
import { cidToText, ClusterError, PinTypeBits } from '@ipfs-cluster/api'
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import type { IpfsConnector } from '../ipfs/interface.ts'
import type { PinState } from '../state/interface.ts'
import { messageOf } from '../util/errors.ts'
import { withTimeout } from '../util/signals.ts'
import type { AbortOptions } from '../util/startable.ts'
import { CLUSTER_DAG_TIMEOUT } from './defaults.ts'

/** What is read to find the parts of a sharded item. */
export interface MetaPinSources {
  state: PinState
  ipfs: Pick<IpfsConnector, 'getBlock'>
}

/**
 * The pins that a sharded item is made of: its shards, then its cluster DAG; not the item itself. A cluster DAG with
 * more shards than one block can link lists them in blocks of a second level, which are no pins.
 *
 * @throws ClusterError `ERR_BAD_PIN` when the parts cannot be found
 */
export async function* partsOfMetaPin(sources: MetaPinSources, pin: Pin, options: AbortOptions): AsyncIterable<CID> {
  if (pin.reference === null) throw new ClusterError('ERR_BAD_PIN', 'metaPin.Reference is unset')
  const { state } = sources
  if (!(await state.has(pin.reference, options))) {
    throw new ClusterError(
      'ERR_BAD_PIN',
      'could not get clusterDAG pin from state. Malformed pin?: pin is not part of the pinset'
    )
  }
  for (const link of await linksOf(sources, pin.reference, options)) {
    if (await state.has(link, options)) {
      yield link
      continue
    }
    // A shard that an interrupted unpin has taken out already looks the same; its block may be gone.
    const shards = await linksOf(sources, link, options).catch(() => [])
    options.signal?.throwIfAborted()
    for (const shard of shards) if (await state.has(shard, options)) yield shard
  }
  yield pin.reference
}

/**
 * Takes out of some parts those that other sharded items are made of as well: shards are called by what is in them, so
 * items that begin alike share them.
 *
 * @param parts - by their CIDs as text
 * @param except - the item that they are parts of, if it has come about
 * @throws ClusterError `ERR_IPFS` when it cannot be read what another item is made of
 */
export async function keepOwn(
  sources: MetaPinSources,
  parts: Map<string, CID>,
  except: CID | undefined,
  options: AbortOptions
): Promise<void> {
  for await (const other of sources.state.list({ ...options, types: PinTypeBits['meta-pin'] })) {
    if (parts.size === 0) return
    if (other.reference === null || (except !== undefined && other.cid.equals(except))) continue
    parts.delete(cidToText(other.reference))
    // It is pinned here as everywhere, so it need not be looked for.
    const limited = { signal: withTimeout(CLUSTER_DAG_TIMEOUT, options.signal) }
    for await (const part of shardsOf(sources, other.reference, limited)) parts.delete(cidToText(part))
  }
}

/** What a cluster DAG lists, pins or not. */
async function* shardsOf(sources: MetaPinSources, clusterDag: CID, options: AbortOptions): AsyncIterable<CID> {
  for (const link of await linksOf(sources, clusterDag, options)) {
    yield link
    // What is no pin itself is of the second level.
    if (!(await sources.state.has(link, options))) yield* await linksOf(sources, link, options).catch(() => [])
  }
}

async function linksOf({ ipfs }: MetaPinSources, cid: CID, options: AbortOptions): Promise<CID[]> {
  const block = await ipfs.getBlock(cid, options).catch((cause: unknown) => {
    options.signal?.throwIfAborted()
    throw new ClusterError('ERR_IPFS', `error reading clusterDAG block from ipfs: ${messageOf(cause)}`, { cause })
  })
  try {
    const node = dagCbor.decode<Record<string, unknown>>(block)
    return Object.values(node).filter((value) => value instanceof CID)
  } catch (cause) {
    throw new ClusterError('ERR_BAD_PIN', `error parsing clusterDAG block: ${messageOf(cause)}`, { cause })
  }
}
