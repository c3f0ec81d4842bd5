import type { JsonObject } from '@ipfs-cluster/api'
import type { Cluster } from '@ipfs-cluster/core/cluster'

type SyncProgress = ReturnType<NonNullable<Cluster['syncProgress']>>

/** @param progress - absent for a peer that is never behind */
export function syncProgressToJSON(progress: SyncProgress): JsonObject {
  return {
    state: progress?.state ?? 'complete',
    height: progress?.height ?? 0,
    reached: progress?.reached ?? 0,
    highest_height: progress?.highestHeight ?? 0,
    merged: progress?.merged ?? 0,
    missing: progress?.missing ?? 0,
    rate: progress?.rate ?? 0
  }
}
