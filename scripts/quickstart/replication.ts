import type { PinInfoShort } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import { setTimeout as sleep } from 'node:timers/promises'
import type { QuickstartCluster } from './cluster.ts'
import { listed } from './cluster.ts'
import type { QuickstartPeer } from './peer.ts'
import { formatBytes, ProgressBar } from './progress.ts'

/** Copying that takes longer than this shows how far it is. */
const PATIENCE = 1000

/** A peer and what has become of the CID on it. */
export interface Placement {
  peer: QuickstartPeer
  holds: boolean
  status: string
  /** Bytes that its IPFS node fetched from the others since `before`. */
  fetched: number
}

/** What the IPFS node of each peer has fetched so far, in the order of the peers. */
export async function fetchedSoFar({ peers }: QuickstartCluster, signal: AbortSignal): Promise<number[]> {
  return await Promise.all(peers.map((peer) => peer.fetchedBytes(signal)))
}

/**
 * Waits until every peer that is to hold the CID has it pinned.
 *
 * @param size - bytes of one copy
 * @param before - what {@link fetchedSoFar} gave before the CID was added
 * @throws Error that names the peer that cannot pin it
 */
export async function replicated(
  cluster: QuickstartCluster,
  { cid, size, before }: { cid: CID; size: number; before: readonly number[] },
  signal: AbortSignal
): Promise<Placement[]> {
  const started = performance.now()
  let bar: ProgressBar | undefined
  for (;;) {
    const { peerMap } = await cluster.first.client.status(cid, { signal })
    const after = await fetchedSoFar(cluster, signal)
    const placements = cluster.peers.map((peer, index) =>
      placementOf(peer, peerMap[peer.id], cid, (after[index] ?? 0) - (before[index] ?? 0))
    )
    const holders = placements.filter(({ holds }) => holds)
    const fetched = placements.reduce((sum, placement) => sum + placement.fetched, 0)
    if (holders.length > 1 && performance.now() - started > PATIENCE) bar ??= copyingTo(holders, size)
    bar?.set(fetched)
    if (holders.length > 0 && holders.every(({ status }) => status === 'pinned')) {
      bar?.finish()
      return placements
    }
    await sleep(bar === undefined ? 100 : 250, undefined, { signal })
  }
}

/** For people: who holds it, and how it came there. */
export function placementRows(placements: readonly Placement[]): string[][] {
  return placements.map(({ peer, holds, status, fetched }, index) => {
    if (!holds) return [peer.name, 'not chosen', '']
    if (index === 0) return [peer.name, status, 'added here']
    return [
      peer.name,
      status,
      fetched > 0 ? `fetched ${formatBytes(fetched)} over libp2p` : 'had it from an earlier run'
    ]
  })
}

function copyingTo([, ...others]: readonly Placement[], size: number): ProgressBar {
  process.stdout.write(`Copying to ${listed(others.map(({ peer }) => peer.name))}\n`)
  return new ProgressBar(size * others.length)
}

function placementOf(peer: QuickstartPeer, info: PinInfoShort | undefined, cid: CID, fetched: number): Placement {
  const status = info?.status ?? 'unpinned'
  if (status.endsWith('error')) throw new Error(`${peer.name} could not pin ${cid.toString()}: ${info?.error}`)
  return { peer, holds: info !== undefined && status !== 'remote', status, fetched }
}
