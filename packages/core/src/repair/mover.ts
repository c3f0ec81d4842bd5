import type { Pin } from '@ipfs-cluster/api'
import { cidToText, ClusterError } from '@ipfs-cluster/api'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { Pool } from '../util/pool.ts'
import { RepeatingTask } from '../util/repeating-task.ts'
import { abortable } from '../util/signals.ts'
import type { AbortOptions } from '../util/startable.ts'
import { LOGGED_FAILURES, PARALLEL, RECHECK_INTERVAL, STALLED_AFTER } from './defaults.ts'
import type { RebalanceProgress, RepairComponents } from './interface.ts'
import { reallocate } from './reallocate.ts'
import type { Move, RebalancePlan } from './rebalance.ts'

/** Moves that are under way at the same moment: begun, and waiting for the content. */
const MOVES_AT_ONCE = 100

/** Carries out the moves of a plan, one plan at a time. A pin has one copy more while it is moved, never one less. */
export class Mover {
  readonly #components: Pick<RepairComponents, 'consensus' | 'hasContent'>
  readonly #log: Logger
  readonly #task: RepeatingTask
  #queue: Move[] = []
  readonly #moving = new Map<Move, number>()
  #ended = Promise.withResolvers<void>()
  #state: RebalanceProgress['state'] = 'idle'
  #total = 0
  #done = 0
  #failed = 0
  #reasons: string[] = []

  constructor(components: Pick<RepairComponents, 'consensus' | 'hasContent'>, log: Logger) {
    this.#components = components
    this.#log = log
    this.#task = new RepeatingTask({
      interval: RECHECK_INTERVAL,
      run: (signal) => this.#step(signal),
      onError: (err) => log.error(messageOf(err))
    })
  }

  get progress(): RebalanceProgress {
    return {
      state: this.#state,
      total: this.#total,
      done: this.#done,
      moving: this.#moving.size,
      failed: this.#failed,
      reasons: [...this.#reasons]
    }
  }

  /** @throws ClusterError `ERR_BUSY` */
  start({ moves }: RebalancePlan): void {
    if (this.#state !== 'idle') {
      throw new ClusterError('ERR_BUSY', `a rebalancing runs already: ${this.#done} of ${this.#total} moves are done`)
    }
    // The first to be taken stands last.
    this.#queue = [...moves].reverse()
    this.#total = moves.length
    this.#done = 0
    this.#failed = 0
    this.#reasons = []
    this.#ended = Promise.withResolvers()
    this.#state = 'running'
    this.#log.info(`rebalancing: ${moves.length} pins are to be moved`)
    this.#task.start()
  }

  async stop(options: AbortOptions = {}): Promise<void> {
    if (this.#state === 'idle') return
    this.#state = 'stopping'
    this.#queue = []
    this.#task.runNow()
    await abortable(this.#ended.promise, options)
  }

  /** The peer stops: what is under way stays as it is, with a copy more. */
  async close(): Promise<void> {
    await this.#task.stop()
  }

  async #step(signal: AbortSignal): Promise<void> {
    const pool = new Pool(PARALLEL)
    for (const move of [...this.#moving.keys()]) await pool.add(() => this.#try(move, this.#finish, signal), { signal })
    await pool.idle()
    while (this.#moving.size < MOVES_AT_ONCE) {
      const move = this.#queue.pop()
      if (move === undefined) break
      this.#moving.set(move, performance.now())
      await pool.add(() => this.#try(move, this.#begin, signal), { signal })
    }
    await pool.idle()
    if (this.#moving.size === 0 && this.#queue.length === 0) this.#end()
  }

  async #try(
    move: Move,
    step: (move: Move, options: AbortOptions) => Promise<void>,
    signal: AbortSignal
  ): Promise<void> {
    try {
      await step(move, { signal })
    } catch (err) {
      if (!signal.aborted) this.#fail(move, messageOf(err))
    }
  }

  readonly #begin = async (move: Move, options: AbortOptions): Promise<void> => {
    const pin = await this.#pin(move, options)
    const listed = pin?.allocations ?? []
    if (pin === undefined || !listed.includes(move.from) || listed.includes(move.to)) {
      this.#fail(move, 'the pin has changed since the plan was made')
      return
    }
    await reallocate(this.#components.consensus, pin, [...listed, move.to], options)
  }

  readonly #finish = async (move: Move, options: AbortOptions): Promise<void> => {
    const hasContent = await this.#components.hasContent(move.to, move.cid, options)
    const isStalled = performance.now() - (this.#moving.get(move) ?? 0) > STALLED_AFTER
    if (!hasContent && this.#state === 'running' && !isStalled) return
    const pin = await this.#pin(move, options)
    if (pin?.allocations?.includes(move.to) === true) {
      const taken = hasContent ? move.from : move.to
      const left = pin.allocations.filter((peer) => peer !== taken)
      if (left.length >= pin.replicationFactorMin) {
        await reallocate(this.#components.consensus, pin, left, options)
      }
    }
    if (!hasContent) return this.#fail(move, isStalled ? `${move.to} did not get the content` : 'stopped')
    this.#moving.delete(move)
    this.#done++
  }

  #pin({ cid }: Move, options: AbortOptions): Promise<Pin | undefined> {
    return this.#components.consensus.state.get(cid, options)
  }

  #fail(move: Move, reason: string): void {
    this.#moving.delete(move)
    this.#failed++
    if (this.#reasons.length < LOGGED_FAILURES) this.#reasons.push(`${cidToText(move.cid)}: ${reason}`)
  }

  #end(): void {
    this.#state = 'idle'
    this.#log.info(`rebalancing has ended: ${this.#done} of ${this.#total} moves are done, ${this.#failed} are not`)
    this.#ended.resolve()
    // Not awaited: the task is what calls this.
    void this.#task.stop()
  }
}
