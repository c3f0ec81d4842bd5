import { ClusterError } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { Datastore, Write } from '../../datastore/index.ts'
import type { Logger } from '../../util/logger.ts'
import type { AbortOptions } from '../../util/startable.ts'
import { Batcher } from './batcher.ts'
import type { BatchingOptions } from './batcher.ts'
import { DEFAULT_MAX_QUEUE_SIZE, MAX_GROUP_SIZE, MAX_WAITING_CHANGES } from './defaults.ts'
import { GroupCommit } from './group-commit.ts'
import { Journal } from './journal.ts'
import { applyChanges, changeSize } from './local.ts'
import type { Change } from './local.ts'
import type { Replica } from './replica.ts'

/** What a {@link Writer} needs. */
export interface WriterInit {
  replica: Replica
  datastore: Datastore
  /** Both numbers above 0 switch batching on. */
  batching?: BatchingOptions
  /** Hears of each new head, and of the blocks that were made, the head last. Must not throw. */
  onHead(head: CID, blocks: readonly Uint8Array[]): void
  log: Logger
}

/** Takes changes made on this peer, and acknowledges each when it can no longer be lost. */
export class Writer {
  readonly #replica: Replica
  readonly #onHead: WriterInit['onHead']
  readonly #group: GroupCommit<Change>
  readonly #batcher: Batcher
  #isOpen = false

  constructor(init: WriterInit) {
    const { replica, datastore, log, batching = { maxBatchSize: 0, maxBatchAge: 0 } } = init
    const isBatching = batching.maxBatchSize > 0 && batching.maxBatchAge > 0
    const journal = new Journal(datastore, replica.keys.journal)
    this.#replica = replica
    this.#onHead = (head, blocks) => init.onHead(head, blocks)
    this.#batcher = new Batcher({
      journal,
      options: { maxQueueSize: DEFAULT_MAX_QUEUE_SIZE, ...batching },
      commit: (logged) =>
        this.#commit(
          logged.map(({ change }) => change),
          journal.forget(logged)
        ),
      log
    })
    this.#group = new GroupCommit({
      commit: (changes) => (isBatching ? this.#batcher.add(changes) : this.#commit(changes)),
      sizeOf: changeSize,
      maxSize: MAX_GROUP_SIZE,
      maxWaiting: MAX_WAITING_CHANGES
    })
  }

  /** The replica must be open. */
  async start(): Promise<void> {
    // Even with batching off now, an earlier run may have had it on.
    await this.#batcher.start()
    this.#isOpen = true
  }

  /** Takes no more changes, and commits those it has taken. */
  async stop(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    await this.#group.idle()
    await this.#batcher.stop()
  }

  /**
   * Resolves when the disk has the change.
   *
   * @throws ClusterError `ERR_NOT_RUNNING` before the start and after the stop
   */
  async add(change: Change, options: AbortOptions = {}): Promise<void> {
    if (!this.#isOpen) throw new ClusterError('ERR_NOT_RUNNING', 'the consensus takes no changes now')
    await this.#group.add(change, options)
  }

  async #commit(changes: readonly Change[], writes: readonly Write[] = []): Promise<void> {
    const { head, blocks } = await this.#replica.update(
      async (tx) => {
        tx.also(...writes)
        return { head: await applyChanges(tx, changes), blocks: tx.blocks }
      },
      { sync: true }
    )
    if (head === undefined) return
    const bytes = Array.from(blocks.values(), (block) => block.bytes)
    this.#onHead(head, bytes)
  }
}
