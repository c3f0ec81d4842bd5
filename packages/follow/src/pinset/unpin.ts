import type { Pin } from '@ipfs-cluster/api'
import type { IpfsConnector } from '@ipfs-cluster/core/ipfs'
import type { AbortOptions } from '@ipfs-cluster/core/util'

/** Unpins that are under way at once. */
const PARALLEL = 8

/**
 * Has an IPFS node unpin all of the pins. One that it has not pinned is no failure.
 *
 * @returns how many there were
 * @throws ClusterError at the first failure, when those under way have ended
 */
export async function unpinAll(
  pins: AsyncIterable<Pin>,
  ipfs: Pick<IpfsConnector, 'unpin'>,
  options: AbortOptions = {}
): Promise<number> {
  const underWay = new Set<Promise<void>>()
  let count = 0
  try {
    for await (const { cid } of pins) {
      options.signal?.throwIfAborted()
      const unpinning = ipfs.unpin(cid, options).finally(() => underWay.delete(unpinning))
      underWay.add(unpinning)
      count++
      if (underWay.size >= PARALLEL) await Promise.race(underWay)
    }
    await Promise.all(underWay)
    return count
  } finally {
    await Promise.allSettled(underWay)
  }
}
