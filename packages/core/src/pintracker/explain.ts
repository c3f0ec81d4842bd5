import type { PinDetail, TrackerStatus } from '@ipfs-cluster/api'
import { Time } from '@ipfs-cluster/api'
import type { Operation } from './operation.ts'
import type { Outage } from './outage.ts'

/** What is known beside the operation itself. */
export interface Circumstances {
  outage: Outage | undefined
  /** 0: not asked for. */
  place: number
  /** Operations of its lane that wait. */
  waiting: number
  /** Milliseconds until it is tried again. */
  retryIn: number
  now: Time
}

/** Why an operation is where it is. */
export function operationDetail(operation: Operation, circumstances: Circumstances): PinDetail {
  const { phase, blocks, progressAt, error } = operation
  const { place, waiting, retryIn, now } = circumstances
  const isWaiting = phase === 'queued'
  return {
    reason: REASONS[phase](operation, circumstances),
    queuePlace: isWaiting ? place : 0,
    queueLength: isWaiting ? waiting : 0,
    blocks,
    lastProgress: progressAt,
    lastError: error,
    nextTry: phase === 'error' ? later(now, retryIn) : Time.ZERO
  }
}

/** Why an item without an operation is as it is. */
export function restDetail(status: TrackerStatus, error: string): PinDetail {
  return {
    reason: REST_REASONS[status] ?? 'nothing is known of it',
    ...{ queuePlace: 0, queueLength: 0, blocks: 0, lastProgress: Time.ZERO, lastError: error, nextTry: Time.ZERO }
  }
}

const REST_REASONS: Readonly<Partial<Record<TrackerStatus, string>>> = {
  pinned: 'the IPFS node of this peer holds it',
  remote: 'other peers hold it',
  sharded: 'its shards are pinned, each on its own',
  unpinned: 'it is not in the pinset',
  unexpectedly_unpinned: 'the IPFS node of this peer does not hold it, though it should: the next recover pins it',
  cluster_error: 'the IPFS node of this peer cannot be asked'
}

const REASONS: Readonly<Record<Operation['phase'], (operation: Operation, circumstances: Circumstances) => string>> = {
  queued(operation, { outage, place, waiting }) {
    const where = place === 0 ? `one of ${waiting} that wait` : `number ${place} of ${waiting} that wait`
    if (outage !== undefined) return `the IPFS node is away since ${outage.since.toString()}; ${where} until it is back`
    if (operation.turnsLost > 0) return `no block came for a while, so it let others go first; ${where}`
    return where
  },
  running({ kind, blocks, progressAt, since }, { now }) {
    if (kind !== 'pin') return 'the IPFS node is asked to let go of it'
    if (progressAt.isZero) {
      return `no block has come for ${seconds(since, now)} s: the IPFS node may find nobody who has the content`
    }
    return `${blocks} blocks so far, the last ${seconds(progressAt, now)} s ago`
  },
  error({ attempts }, { retryIn }) {
    const tries = attempts === 1 ? 'failed once' : `failed ${attempts} times`
    return `${tries}; tried again by itself in ${Math.ceil(retryIn / 1000)} s, or at once by a recover`
  }
}

function seconds(from: Time, to: Time): number {
  return Math.max(0, Math.round((to.toMilliseconds() - from.toMilliseconds()) / 1000))
}

function later(time: Time, milliseconds: number): Time {
  return Time.fromUnixNanoseconds(time.toUnixNanoseconds() + BigInt(Math.round(milliseconds)) * 1_000_000n)
}
