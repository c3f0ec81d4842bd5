import type { ClusterClient } from '@ipfs-cluster/client'
import type { Item } from './item.ts'

/**
 * The pinset of a peer that runs, in its order.
 *
 * @throws ApiError, TransportError
 */
export async function* runningPinset(client: ClusterClient): AsyncGenerator<Item, void, undefined> {
  for await (const { cid, name, peerMap } of client.statusAll(0, { local: true })) {
    const [own] = Object.values(peerMap)
    yield { cid, name, status: own?.status ?? 'undefined', error: own?.error ?? '' }
  }
}
