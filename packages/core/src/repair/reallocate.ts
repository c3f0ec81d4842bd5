import type { PeerId, Pin } from '@ipfs-cluster/api'
import { Time } from '@ipfs-cluster/api'
import type { Consensus } from '../consensus/interface.ts'
import type { AbortOptions } from '../util/startable.ts'

/**
 * Gives a pin to other peers, unless it has been changed or taken out since it was read.
 *
 * @returns the pin as it is to be
 */
export async function reallocate(
  consensus: Pick<Consensus, 'logPin'>,
  pin: Pin,
  allocations: PeerId[],
  options: AbortOptions
): Promise<Pin> {
  const put: Pin = { ...pin, allocations, timestamp: Time.now() }
  await consensus.logPin(put, { ...options, replaces: pin })
  return put
}
