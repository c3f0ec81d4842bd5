import { ClusterError } from '@ipfs-cluster/api'
import { AddSession } from './add-session.ts'
import { importProfile } from './profile.ts'
import { withSignal } from '../util/with-signal.ts'
import type { AddedOutput, AddParams, PinOptions } from '@ipfs-cluster/api'
import type { AddEntry } from '../cluster/interface.ts'
import type { AbortOptions } from '../util/startable.ts'
import type { Adder, AdderComponents, BlockSink } from './interface.ts'
import type { ImportProfile } from './profile.ts'

/** Adds files, folders and symlinks as UnixFS. */
export class UnixfsAdder implements Adder {
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
      run.abort(reason)
    }
  }
}

/** One add from its first entry to the pin of its root. */
class AddRun {
  readonly #components: AdderComponents
  readonly #params: AddParams
  readonly #profile: ImportProfile
  readonly #sinkFailed = new AbortController()
  readonly #signal: AbortSignal
  #open: { session: AddSession; sink: BlockSink } | undefined

  constructor(components: AdderComponents, params: AddParams, { signal }: AbortOptions) {
    this.#components = components
    this.#params = params
    this.#profile = importProfile(params)
    const own = this.#sinkFailed.signal
    this.#signal = signal === undefined ? own : AbortSignal.any([signal, own])
  }

  async *build(entries: AsyncIterable<AddEntry>): AsyncGenerator<AddedOutput, void, undefined> {
    for await (const entry of withSignal(entries, this.#signal)) {
      const { session } = (this.#open ??= await this.#begin())
      yield* session.add(entry)
    }
    if (this.#open === undefined) throw new ClusterError('ERR_BAD_REQUEST', 'there is nothing to add')
    yield* this.#open.session.finish()
  }

  /** Waits until all blocks are stored, and pins the root. */
  async complete(): Promise<void> {
    const root = this.#open?.session.root
    if (this.#open === undefined || root === undefined) return
    const { sink } = this.#open
    await sink.close({ signal: this.#signal })
    if (this.#params.noPin) return
    await this.#components.pin(root, pinOptionsOf(this.#params), sink.allocations, { signal: this.#signal })
  }

  abort(reason: unknown): void {
    this.#open?.sink.abort(reason)
  }

  async #begin(): Promise<{ session: AddSession; sink: BlockSink }> {
    const { wrap, progress } = this.#params
    const sink = await this.#components.openSink(this.#params, { signal: this.#signal })
    sink.failed.addEventListener('abort', () => this.#sinkFailed.abort(sink.failed.reason), { once: true })
    const session = new AddSession({ profile: this.#profile, sink, wrap, progress, signal: this.#signal })
    return { session, sink }
  }
}

/** Gives each item when the next one is there, and the last one when `beforeLast` is done. */
async function* holdLast<T extends object>(
  source: AsyncIterable<T>,
  beforeLast: () => Promise<void>
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
  await beforeLast()
  if (held !== undefined) yield held
}

/** What is added is pinned as a whole, and in place of no other pin. */
function pinOptionsOf(params: AddParams): PinOptions {
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
