import { setTimeout as sleep } from 'node:timers/promises'
import type { DrainProgressInfo, GlobalPinInfo, PeerId } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import { ExitError } from '@ipfs-cluster/cli-kit'
import type { ClusterClient } from '@ipfs-cluster/client'
import type { CID } from 'multiformats/cid'
import type { LiveLine } from './output/live-line.ts'

/** What a pin can be waited to become. */
export type WaitTarget = 'pinned' | 'unpinned'

export interface WaitOptions {
  readonly target: WaitTarget
  /** How many peers must have reached it; 0 or less: all of them. */
  readonly limit: number
  /** Milliseconds; 0: for ever. */
  readonly timeout: number
  /** Where it is shown how far the peers are. */
  readonly line?: LiveLine
}

const FAILED = ['undefined', 'cluster_error', 'pin_error', 'unpin_error']
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 1000

/** What an earlier attempt left behind is not yet this one's failure: peers need a moment to hear of it. */
const GRACE = 1000

/** Number of ETIME: a time limit has passed. */
const TIMED_OUT = 62

/** Whether enough peers have reached the target. Peers that need not hold the pin (`remote`) do not count. */
export function isReached(info: GlobalPinInfo, { target, limit }: WaitOptions): boolean {
  const statuses = Object.values(info.peerMap).map(({ status }) => status)
  const needed = Math.min(limit, statuses.length)
  if (needed > 0) return statuses.filter((status) => status === target).length >= needed
  return statuses.every((status) => status === target || (status === 'remote' && target === 'pinned'))
}

/** Whether the pin failed on a peer. */
export function hasFailed(info: GlobalPinInfo): boolean {
  return Object.values(info.peerMap).some(({ status }) => FAILED.includes(status))
}

/**
 * Asks for the status until the target is reached.
 *
 * @returns the status that was asked for last
 * @throws ExitError when the pin fails, the time is up or the peer does not answer
 */
export async function waitFor(client: ClusterClient, cid: CID, options: WaitOptions): Promise<GlobalPinInfo> {
  const begun = performance.now()
  const signal = options.timeout > 0 ? AbortSignal.timeout(options.timeout) : undefined
  try {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      await sleep(pause, undefined, signal === undefined ? {} : { signal })
      const info = await client.status(cid, signal === undefined ? {} : { signal })
      options.line?.show(() => progressOf(info, options))
      const mayFail = performance.now() - begun >= GRACE
      if (mayFail && hasFailed(info)) {
        throw new Error(`error has occurred while attempting to reach status: ${options.target}`)
      }
      if (!hasFailed(info) && isReached(info, options)) return info
    }
  } catch (error) {
    const isLate = signal?.aborted === true
    const reason = isLate ? new Error('context deadline exceeded', { cause: error }) : error
    throw ExitError.during('waiting for pin status', reason, isLate ? TIMED_OUT : 1)
  } finally {
    options.line?.clear()
  }
}

function progressOf({ peerMap }: GlobalPinInfo, { target, limit }: WaitOptions): string {
  const statuses = Object.values(peerMap).map(({ status }) => status)
  const concerned = statuses.filter((status) => status !== 'remote').length
  const reached = statuses.filter((status) => status === target).length
  return `waiting: ${target} on ${reached} of ${limit > 0 ? Math.min(limit, concerned) : concerned} peers`
}

/**
 * The status of a pin that was just made or removed: as soon as nothing is left to be done, at the latest after the
 * second that peers may need.
 */
export async function settledStatus(client: ClusterClient, cid: CID, target: WaitTarget): Promise<GlobalPinInfo> {
  const begun = performance.now()
  for (let pause = FIRST_PAUSE / 2; ; pause *= 2) {
    const left = GRACE - (performance.now() - begun)
    await sleep(Math.max(0, Math.min(pause, left)))
    const isLast = left <= pause
    const info = await statusUnlessBusy(client, cid, isLast)
    if (info !== undefined && (isLast || isReached(info, { target, limit: 0, timeout: 0 }))) return info
  }
}

/** A peer that cannot say yet is asked again; what the last question is answered with counts. */
async function statusUnlessBusy(client: ClusterClient, cid: CID, isLast: boolean): Promise<GlobalPinInfo | undefined> {
  try {
    return await client.status(cid)
  } catch (error) {
    if (isLast || !(error instanceof ClusterError)) throw error
    return undefined
  }
}

const DRAIN_PAUSE = 1000

/** Asks until nothing is left of a drain. */
export async function waitForDrain(client: ClusterClient, peer: PeerId): Promise<DrainProgressInfo> {
  for (;;) {
    const progress = await client.peerDrainProgress(peer)
    if (progress.left === 0) return progress
    await sleep(DRAIN_PAUSE)
  }
}
