import { TrackerStatusBits } from '@ipfs-cluster/api'
import type { GlobalPinInfo, PeerId, StatusFilter } from '@ipfs-cluster/api'

/** The statuses that the standard knows. */
export type StatusWord = 'queued' | 'pinning' | 'pinned' | 'failed'
export const STATUS_WORDS: readonly StatusWord[] = ['queued', 'pinning', 'pinned', 'failed']

const { cluster_error, pin_error, unpin_error, pin_queued, pinning, pinned } = TrackerStatusBits

/** What a pin is when one of its peers says so; the first that fits counts. */
const MEANINGS: readonly (readonly [word: StatusWord, statuses: StatusFilter])[] = [
  ['failed', cluster_error | pin_error | unpin_error],
  ['queued', pin_queued],
  ['pinning', pinning],
  ['pinned', pinned]
]

/** The statuses on a peer that keep a pin from being `pinned`. Peers know them without looking at all of their pins. */
export const UNSETTLED: StatusFilter = cluster_error | pin_error | unpin_error | pin_queued | pinning

/**
 * The status of a pin out of those on its peers. A peer that does not hold the pin has no say, nor one that is gone,
 * unless all that hold it are.
 *
 * @returns undefined when no peer has come to do anything with it
 */
export function statusWordOf(
  { allocations, peerMap }: Pick<GlobalPinInfo, 'allocations' | 'peerMap'>,
  isGone: (peer: PeerId) => boolean
): StatusWord | undefined {
  const isEverywhere = allocations === null || allocations.length === 0
  const holders = Object.entries(peerMap).filter(([peer]) => isEverywhere || allocations.includes(peer))
  const present = holders.filter(([peer]) => !isGone(peer))
  let union: StatusFilter = 0
  for (const [, { status }] of present.length > 0 ? present : holders) union |= TrackerStatusBits[status]
  return MEANINGS.find(([, statuses]) => (statuses & union) !== 0)?.[0]
}
