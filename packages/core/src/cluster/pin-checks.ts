import type { Pin, PinOptions, Time } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import { isBefore } from '../state/index.ts'

/** Factors of pins that leave them to the peer. */
export interface ReplicationDefaults {
  replicationFactorMin: number
  replicationFactorMax: number
}

/**
 * Puts the defaults where a factor is 0, each on its own.
 *
 * @throws ClusterError `ERR_BAD_REPLICATION_FACTOR`
 */
export function withReplicationFactors<T extends PinOptions>(pin: T, defaults: ReplicationDefaults): T {
  const min = pin.replicationFactorMin === 0 ? defaults.replicationFactorMin : pin.replicationFactorMin
  const max = pin.replicationFactorMax === 0 ? defaults.replicationFactorMax : pin.replicationFactorMax
  checkReplicationFactors(min, max)
  return { ...pin, replicationFactorMin: min, replicationFactorMax: max }
}

/**
 * The texts are those of the Go release, and so is their order: the first that fits is shown.
 *
 * @throws ClusterError `ERR_BAD_REPLICATION_FACTOR`
 */
export function checkReplicationFactors(min: number, max: number): void {
  const wrong = whatIsWrong(min, max)
  if (wrong !== undefined)
    throw new ClusterError('ERR_BAD_REPLICATION_FACTOR', `cluster.replication_factor_min ${wrong}`)
}

function whatIsWrong(min: number, max: number): string | undefined {
  if (min === 0 || max === 0) return 'and max must be set'
  if (min > max) return 'is larger than max'
  if (min < -1) return 'is wrong'
  if ((min === -1) !== (max === -1)) return 'and max must be -1 when one of them is'
  return undefined
}

/** @throws ClusterError `ERR_EXPIRED` for an expiry in the past */
export function checkExpiry(pin: PinOptions, now: Time): void {
  if (!pin.expireAt.isZero && isBefore(pin.expireAt, now)) {
    throw new ClusterError('ERR_EXPIRED', 'pin.ExpireAt set before current time')
  }
}

/**
 * Whether the stored pin may become the new one.
 *
 * @throws ClusterError `ERR_PIN_CONFLICT`
 */
export function checkRepin(pin: Pin, existing: Pin): void {
  if (existing.type !== pin.type) {
    throw new ClusterError(
      'ERR_PIN_CONFLICT',
      `cannot repin CID with different tracking method, clear state with pin rm to proceed. New: ${pin.type}. Was: ${existing.type}`
    )
  }
  if (existing.mode === 'recursive' && pin.mode !== 'recursive') {
    throw new ClusterError(
      'ERR_PIN_CONFLICT',
      `cannot repin a CID which is already pinned in recursive mode (new pin is pinned as ${pin.mode}). Unpin it first.`
    )
  }
}

/**
 * Whether the parts of a pin fit its type (spec: wire 3.3).
 *
 * @throws ClusterError `ERR_BAD_PIN`
 */
export function checkPinType(pin: Pin): void {
  const wrong = whatDoesNotFit(pin)
  if (wrong !== undefined) throw new ClusterError('ERR_BAD_PIN', wrong)
}

function whatDoesNotFit(pin: Pin): string | undefined {
  switch (pin.type) {
    case 'pin':
      return pin.reference === null ? undefined : 'data pins should not reference other pins'
    case 'shard-pin':
      return pin.maxDepth === 1 ? undefined : 'must pin shards go depth 1'
    case 'clusterdag-pin':
      if (pin.maxDepth !== 0) return 'must pin roots directly'
      return pin.reference === null ? 'clusterDAG pins should reference a Meta pin' : undefined
    case 'meta-pin':
      if ((pin.allocations ?? []).length > 0) return 'meta pin should not specify allocations'
      return pin.reference === null ? 'metaPins should reference a ClusterDAG' : undefined
    case 'bad-type':
    case 'all':
      return 'unrecognized pin type'
  }
}
