import { ClusterError } from '@ipfs-cluster/api'
import { AddSession } from './add-session.ts'
import { CarSession } from './car/car-session.ts'
import { importProfile } from './profile.ts'
import { ShardedTarget } from './sharding/sharded-target.ts'
import { WholeTarget } from './whole-target.ts'
import { withSignal } from '../util/with-signal.ts'
import type { AddedOutput, AddParams } from '@ipfs-cluster/api'
import type { AbortOptions } from '../util/startable.ts'
import type { AddEntry, Adder, AdderComponents, AddTarget, EntrySession } from './interface.ts'
import type { ImportProfile } from './profile.ts'

/** Adds files, folders and symlinks as UnixFS, and CARs as they are. */
export class ContentAdder implements Adder {
  readonly #components: AdderComponents

  constructor(components: AdderComponents) {
    this.#components = components
  }

  async *add(
    entries: AsyncIterable<AddEntry>,
    params: AddParams,
    options: AbortOptions = {}
  ): AsyncGenerator<AddedOutput, void, undefined> {
    const run = new AddRun(this.#components, params, options)
    let reason: unknown = new Error('the add was given up')
    try {
      // That the last output comes says that all is done, so it waits for that.
      yield* holdLast(run.build(entries), () => run.complete())
    } catch (err) {
      reason = err
      throw err
    } finally {
      await run.abort(reason)
    }
  }
}

/** One add from its first entry to the pin of its root. */
class AddRun {
  readonly #components: AdderComponents
  readonly #params: AddParams
  readonly #profile: ImportProfile
  readonly #targetFailed = new AbortController()
  readonly #signal: AbortSignal
  #open: { session: EntrySession; target: AddTarget } | undefined

  constructor(components: AdderComponents, params: AddParams, { signal }: AbortOptions) {
    this.#components = components
    this.#params = params
    this.#profile = importProfile(params)
    const own = this.#targetFailed.signal
    this.#signal = signal === undefined ? own : AbortSignal.any([signal, own])
  }

  async *build(entries: AsyncIterable<AddEntry>): AsyncGenerator<AddedOutput, void, undefined> {
    for await (const entry of withSignal(entries, this.#signal)) {
      const { session, target } = (this.#open ??= await this.#begin())
      yield* withOutputsOf(target, session.add(entry))
      if (session.isFull) break
    }
    if (this.#open === undefined) throw new ClusterError('ERR_BAD_REQUEST', 'there is nothing to add')
    yield* withOutputsOf(this.#open.target, this.#open.session.finish())
  }

  /** Waits until all blocks are stored, and pins the roots. @returns what there is to tell of it */
  async complete(): Promise<AddedOutput[]> {
    if (this.#open === undefined) return []
    const { session, target } = this.#open
    await target.complete(session.roots, { signal: this.#signal })
    return target.takeOutputs()
  }

  async abort(reason: unknown): Promise<void> {
    await this.#open?.target.abort(reason)
  }

  async #begin(): Promise<{ session: EntrySession; target: AddTarget }> {
    const { wrap, progress, shard, format } = this.#params
    const target = await this.#openTarget()
    target.failed.addEventListener('abort', () => this.#targetFailed.abort(target.failed.reason), { once: true })
    const init = { target, wrap, progress, singleRoot: shard, signal: this.#signal }
    const session = format === 'car' ? new CarSession(init) : new AddSession({ ...init, profile: this.#profile })
    return { session, target }
  }

  async #openTarget(): Promise<AddTarget> {
    if (this.#params.shard) return new ShardedTarget(this.#components, this.#params, this.#signal)
    const sink = await this.#components.openSink(this.#params, { signal: this.#signal })
    return new WholeTarget(sink, this.#params, this.#components)
  }
}

/** What the target has to tell comes before what has been built since. */
async function* withOutputsOf(
  target: AddTarget,
  outputs: AsyncIterable<AddedOutput>
): AsyncGenerator<AddedOutput, void, undefined> {
  for await (const output of outputs) {
    yield* target.takeOutputs()
    yield output
  }
}

/** Gives each item when the next one is there, and the last one, with those that come of it, when the end is done. */
async function* holdLast<T extends object>(
  source: AsyncIterable<T>,
  end: () => Promise<T[]>
): AsyncGenerator<T, void, undefined> {
  let held: T | undefined
  try {
    for await (const item of source) {
      if (held !== undefined) yield held
      held = item
    }
  } catch (err) {
    // It is of something that was finished before: as in the Go release it is told all the same.
    if (held !== undefined) yield held
    throw err
  }
  const rest = await end()
  if (held !== undefined) yield held
  yield* rest
}
