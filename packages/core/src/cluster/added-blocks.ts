import { cidToText, parseCid } from '@ipfs-cluster/api'
import type { Pin } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import { OWN_PREFIX } from '../datastore/index.ts'
import type { Datastore } from '../datastore/index.ts'
import type { Block, IpfsConnector } from '../ipfs/interface.ts'
import { isPinnedAs } from '../ipfs/pin-status.ts'
import type { PinState } from '../state/interface.ts'
import { messageOf } from '../util/errors.ts'
import type { EventSource } from '../util/event-bus.ts'
import type { Logger } from '../util/logger.ts'
import { RepeatingTask } from '../util/repeating-task.ts'
import type { AbortOptions, Startable } from '../util/startable.ts'
import type { ClusterEvents } from './events.ts'
import { ADDED_CHECK_INTERVAL, ADDED_PATIENCE } from './defaults.ts'

const KEY_PREFIX = `${OWN_PREFIX}/added/`

const RECURSIVELY = -1

export interface AddedBlocksComponents {
  log: Logger
  state: Pick<PinState, 'get'>
  ipfs: Pick<IpfsConnector, 'putBlocks' | 'pinStatus' | 'unpin'>
  datastore: Pick<Datastore, 'entries' | 'put' | 'delete'>
  events: EventSource<ClusterEvents>
}

/**
 * The way of added blocks into the IPFS node of this peer. What they make up is pinned in the node at once, before
 * garbage collection can find it without a pin: that of the cluster comes later, and waits for its turn. If it does not
 * come at all, because the add failed elsewhere, the node lets go of what was added after some minutes; what is to be
 * looked at is on disk, so that this outlives the process.
 */
export class AddedBlocks implements Startable {
  readonly #components: AddedBlocksComponents
  readonly #patience: number
  /** When each was added, in the milliseconds of `performance.now()`. */
  readonly #added = new Map<string, number>()
  readonly #check: RepeatingTask
  #unsubscribe: (() => void) | undefined

  constructor(components: AddedBlocksComponents, { patience = ADDED_PATIENCE, interval = ADDED_CHECK_INTERVAL } = {}) {
    this.#components = components
    this.#patience = patience
    this.#check = new RepeatingTask({
      interval,
      delay: interval,
      run: (signal) => this.#lookAtAll({ signal }),
      onError: (err) => components.log.warn(`looking at what was added: ${messageOf(err)}`)
    })
  }

  async afterStart(): Promise<void> {
    for await (const entries of this.#components.datastore.entries({ prefix: KEY_PREFIX })) {
      for (const { key } of entries) this.#added.set(key.slice(KEY_PREFIX.length), performance.now())
    }
    this.#check.start()
    this.#unsubscribe = this.#components.events.on('pin:put', ({ pin }) => this.#onPin(pin))
  }

  async beforeStop(): Promise<void> {
    this.#unsubscribe?.()
    await this.#check.stop()
  }

  async putBlocks(blocks: AsyncIterable<Block> | Iterable<Block>, options: AbortOptions = {}): Promise<void> {
    await this.#components.ipfs.putBlocks(this.#noted(blocks, options), options)
  }

  /** What the node holds already is not ours to let go of. */
  async *#noted(
    blocks: AsyncIterable<Block> | Iterable<Block>,
    options: AbortOptions
  ): AsyncGenerator<Block, void, undefined> {
    for await (const block of blocks) {
      if (block.pin !== true) yield block
      else yield { ...block, pin: await this.#note(block.cid, options) }
    }
  }

  /** @returns whether the node is to pin it */
  async #note(cid: CID, options: AbortOptions): Promise<boolean> {
    const text = cidToText(cid)
    const status = await this.#components.ipfs.pinStatus({ cid, maxDepth: RECURSIVELY }, options)
    if (isPinnedAs(status, RECURSIVELY) && !this.#added.has(text)) return false
    await this.#components.datastore.put(KEY_PREFIX + text, new Uint8Array(0))
    this.#added.set(text, performance.now())
    return true
  }

  async #lookAtAll(options: AbortOptions): Promise<void> {
    const due = performance.now() - this.#patience
    for (const [text, since] of this.#added) {
      options.signal?.throwIfAborted()
      if (isOfNode(await this.#components.state.get(parseCid(text), options))) await this.#forget(text)
      else if (since <= due) await this.#letGo(text, options)
    }
  }

  #onPin(pin: Pin): void {
    const text = this.#added.size === 0 ? '' : cidToText(pin.cid)
    if (!this.#added.has(text) || !isOfNode(pin)) return
    // What cannot be written now is found to have its pin later.
    this.#forget(text).catch((err: unknown) => this.#components.log.debug(`${text}: ${messageOf(err)}`))
  }

  /** From here on it is for the pin tracker to say what the node holds, or for nobody. */
  async #forget(text: string): Promise<void> {
    this.#added.delete(text)
    await this.#components.datastore.delete(KEY_PREFIX + text)
  }

  async #letGo(text: string, options: AbortOptions): Promise<void> {
    await this.#components.ipfs.unpin(parseCid(text), options)
    this.#components.log.info(`${text} was added, but no pin of it has come: the IPFS node lets go of it`)
    await this.#forget(text)
  }
}

/** Whether there is a pin that nodes have to do with: of a sharded item they hold the parts. */
function isOfNode(pin: Pin | undefined): boolean {
  return pin !== undefined && pin.type !== 'meta-pin'
}
