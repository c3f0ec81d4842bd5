import process from 'node:process'
import { getHeapStatistics } from 'node:v8'
import { collectGarbage, RepeatingTask } from '@ipfs-cluster/core/util'
import type { Startable } from '@ipfs-cluster/core/util'

/** Milliseconds between two looks at the process. */
const INTERVAL = 2000

/** Share of a core that a process may use and still be at rest. */
const REST = 0.05

/** Bytes by which the heap has grown when a collection is worth its time: more than its young generation, which grows back. */
const WORTHWHILE = 24 * 1024 * 1024

/** A collection comes no sooner after the one before than this many times the processor time that that took. */
const PATIENCE = 1000

/** What an {@link IdleCollector} knows of the process, and does to it. */
export interface IdleCollectorComponents {
  /** Milliseconds now. */
  readonly now: () => number
  /** Milliseconds of processor time used so far. */
  readonly processorTime: () => number
  /** Bytes that the heap takes, used or not. */
  readonly heapSize: () => number
  /** Gives back what the heap does not use. */
  readonly collect: () => Promise<void>
}

/**
 * Gives memory back when there is nothing else to do. V8 lets its heap grow while there is much to do, and a process that
 * then rests keeps it: V8 collects when memory is asked for, and nobody asks.
 */
export class IdleCollector implements Startable {
  readonly #components: IdleCollectorComponents
  readonly #task: RepeatingTask
  #seenAt = 0
  #usedBefore = 0
  #sizeBefore = 0
  #notBefore = 0

  constructor(components: IdleCollectorComponents = ofThisProcess) {
    this.#components = components
    // A collection that fails leaves everything as it was.
    this.#task = new RepeatingTask({ interval: INTERVAL, run: () => this.look(), onError: () => {} })
  }

  start(): void {
    this.#task.start()
  }

  async stop(): Promise<void> {
    await this.#task.stop()
  }

  /** Collects if the process has rested since the last look, and there is something to be had. */
  async look(): Promise<void> {
    const { now, processorTime, heapSize, collect } = this.#components
    if (this.#hasRested() && now() >= this.#notBefore && heapSize() - this.#sizeBefore >= WORTHWHILE) {
      const before = processorTime()
      await collect()
      this.#notBefore = now() + PATIENCE * (processorTime() - before)
      this.#sizeBefore = heapSize()
    }
    this.#seenAt = now()
    this.#usedBefore = processorTime()
  }

  #hasRested(): boolean {
    const { now, processorTime } = this.#components
    const elapsed = now() - this.#seenAt
    return this.#seenAt > 0 && processorTime() - this.#usedBefore <= REST * elapsed
  }
}

const ofThisProcess: IdleCollectorComponents = {
  now: () => performance.now(),
  processorTime: () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  },
  heapSize: () => getHeapStatistics().total_heap_size,
  collect: () => collectGarbage('thorough')
}
