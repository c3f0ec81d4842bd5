import type { AddParams, PinOptions } from '@ipfs-cluster/api'

/** How what is added is pinned: as a whole, and in place of no other pin. */
export function pinOptionsOf(params: AddParams): PinOptions {
  return {
    replicationFactorMin: params.replicationFactorMin,
    replicationFactorMax: params.replicationFactorMax,
    name: params.name,
    mode: 'recursive',
    shardSize: params.shardSize,
    userAllocations: params.userAllocations,
    expireAt: params.expireAt,
    metadata: params.metadata,
    pinUpdate: null,
    origins: params.origins
  }
}
