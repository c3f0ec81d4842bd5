import type { Logger } from '../../util/logger.ts'
import type { SyncProgress } from '../interface.ts'
import { PROGRESS_INTERVAL, PROGRESS_WORTH_SAYING } from './defaults.ts'
import type { DeltaBlock } from './delta-block.ts'
import type { Replica } from './replica.ts'

/** What a {@link ProgressMeter} looks at. */
export interface ProgressMeterInit {
  replica: Pick<Replica, 'heads' | 'missing' | 'pins' | 'mustRepair'>
  log: Logger
  /** Milliseconds; only differences matter. */
  now?: () => number
}

/** One walk, from when it began. */
interface Walk {
  readonly since: number
  /** Everything up to this height was there before. */
  readonly base: number
  merged: number
  /** Height that it has got down to. */
  reached: number
  saidAt: number
}

/** Measures how far a replica is with taking in what others have, and says so now and then while it takes long. */
export class ProgressMeter {
  readonly #init: ProgressMeterInit
  readonly #now: () => number
  #walk: Walk | undefined
  #isRepairing = false

  constructor(init: ProgressMeterInit) {
    this.#init = init
    this.#now = init.now ?? ((): number => performance.now())
  }

  get progress(): SyncProgress {
    const { heads, missing, mustRepair } = this.#init.replica
    const highest = heads.maxHeight
    const walk = this.#walk
    const isComplete = missing.size === 0 && !mustRepair
    return {
      state: this.#isRepairing ? 'repairing' : isComplete ? 'complete' : 'syncing',
      height: isComplete ? highest : (walk?.base ?? 0),
      reached: isComplete ? highest : Math.min(walk?.reached ?? highest, highest),
      highestHeight: highest,
      merged: walk?.merged ?? 0,
      missing: missing.size,
      rate: walk === undefined ? 0 : this.#rate(walk)
    }
  }

  /** A walk begins; nothing of it is merged yet. */
  begin(): void {
    const { heads, missing } = this.#init.replica
    const now = this.#now()
    // With something missing it is not known from which height on.
    const base = missing.size === 0 ? heads.maxHeight : 0
    this.#walk = { since: now, base, merged: 0, reached: Infinity, saidAt: now }
  }

  merged(blocks: readonly DeltaBlock[]): void {
    const walk = this.#walk
    if (walk === undefined) return
    walk.merged += blocks.length
    for (const { delta } of blocks) walk.reached = Math.min(walk.reached, delta.priority)
    const now = this.#now()
    if (now - walk.saidAt < PROGRESS_INTERVAL) return
    walk.saidAt = now
    const left = Math.max(0, walk.reached - 1 - walk.base)
    this.#init.log.info(
      `taking in changes of other peers: ${walk.merged} so far, about ${left} left ` +
        `(from height ${this.#init.replica.heads.maxHeight} down to ${walk.reached}, ${this.#rate(walk)}/s)`
    )
  }

  /** The walk has ended, with everything or with what could be had. */
  end(): void {
    const walk = this.#walk
    this.#walk = undefined
    if (walk === undefined) return
    const { log, replica } = this.#init
    const isWorthSaying = walk.merged >= PROGRESS_WORTH_SAYING || walk.saidAt > walk.since
    if (!isWorthSaying) return
    const { missing, pins, heads } = replica
    const rest = missing.size === 0 ? 'nothing is missing' : `${missing.size} could not be had yet`
    log.info(
      `took in ${walk.merged} changes of other peers (${this.#rate(walk)}/s), ${rest}: ` +
        `${pins} pins, at height ${heads.maxHeight}`
    )
  }

  /** Looks over the whole store while `work` runs. */
  async whileRepairing(work: () => Promise<void>): Promise<void> {
    this.#isRepairing = true
    try {
      await work()
    } finally {
      this.#isRepairing = false
    }
  }

  /** Changes a second. */
  #rate({ since, merged }: Walk): number {
    const seconds = (this.#now() - since) / 1000
    return seconds > 0 ? Math.round(merged / seconds) : 0
  }
}
