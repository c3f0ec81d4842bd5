import type { PeerId } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import type { Obstacle } from './explain.ts'
import type { AllocatorComponents, AllocatorInit } from './interface.ts'

/** Says why a peer may not take pins, by whether it is trusted; nothing when it may. */
export type TrustPolicy = (peer: PeerId) => Obstacle | undefined

/**
 * The policy that the settings ask for, if they ask for one.
 *
 * @throws ClusterError `ERR_MISSING_COMPONENT` when nobody can say whom to trust, `ERR_CONFIG` for both settings at once
 */
export function trustPolicy(init: AllocatorInit, { isTrusted }: AllocatorComponents): TrustPolicy | undefined {
  const { pinOnlyOnTrustedPeers = false, pinOnlyOnUntrustedPeers = false } = init
  if (!pinOnlyOnTrustedPeers && !pinOnlyOnUntrustedPeers) return undefined
  if (pinOnlyOnTrustedPeers && pinOnlyOnUntrustedPeers) {
    throw new ClusterError(
      'ERR_CONFIG',
      'cluster.pin_only_on_trusted_peers and pin_only_on_untrusted_peers cannot both be true'
    )
  }
  if (isTrusted === undefined) {
    throw new ClusterError(
      'ERR_MISSING_COMPONENT',
      'an allocator that looks at trust cannot be built without: isTrusted'
    )
  }
  const reason = pinOnlyOnTrustedPeers ? 'untrusted' : 'trusted'
  return (peer) => (isTrusted(peer) === pinOnlyOnTrustedPeers ? undefined : { reason })
}
