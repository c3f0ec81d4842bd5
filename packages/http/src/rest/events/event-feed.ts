import { ClusterError } from '@ipfs-cluster/api'
import type { Cluster } from '@ipfs-cluster/core/cluster'
import {
  DEFAULT_KEEP_ALIVE,
  DEFAULT_KEEP_FOR,
  DEFAULT_KEPT,
  DEFAULT_MAX_LISTENERS,
  MAX_CHUNK,
  PEER_WATCH_INTERVAL,
  RETRY
} from './defaults.ts'
import { EventBuffer } from './event-buffer.ts'
import { FeedEvent } from './event.ts'
import type { EventType, FeedEvents } from './event.ts'
import { PeerWatch } from './peer-watch.ts'

/** Settings of a feed; times are in milliseconds. */
export interface EventFeedInit {
  /** Events that are kept. */
  kept?: number
  maxListeners?: number
  /** How long events go on being kept when nobody listens. */
  keepFor?: number
  keepAlive?: number
}

/** What a listener wants. */
export interface ListenOptions {
  /** Empty: all. */
  readonly types: ReadonlySet<EventType>
  /** The last event that the listener has seen; what came since is sent first. */
  readonly lastId?: string
  /** Ends the stream. */
  readonly signal: AbortSignal
  /** Called when the listener is so slow that events would be lost. */
  onTooSlow(): void
}

interface Listener {
  /** Number of the event that is to be sent next. */
  next: number
  wake(): void
  onTooSlow(): void
}

/**
 * The events of a peer for any number of listeners, who share one buffer of the last ones: a listener costs no more than
 * its place in it. Nothing is kept before the first listener comes.
 */
export class EventFeed {
  readonly #cluster: Pick<Cluster, 'events' | 'metrics'>
  readonly #init: Required<EventFeedInit>
  readonly #listeners = new Set<Listener>()
  #buffer: EventBuffer
  /** Tells the events of one recording from those of another, on this or another peer. */
  #recording = ''
  #stop: (() => void) | undefined
  #idle: NodeJS.Timeout | undefined

  constructor(cluster: Pick<Cluster, 'events' | 'metrics'>, init: EventFeedInit = {}) {
    this.#cluster = cluster
    this.#init = {
      kept: init.kept ?? DEFAULT_KEPT,
      maxListeners: init.maxListeners ?? DEFAULT_MAX_LISTENERS,
      keepFor: init.keepFor ?? DEFAULT_KEEP_FOR,
      keepAlive: init.keepAlive ?? DEFAULT_KEEP_ALIVE
    }
    this.#buffer = new EventBuffer(this.#init.kept, 1)
  }

  /**
   * The events as a stream of the type `text/event-stream`, without end.
   *
   * @throws ClusterError `ERR_BUSY` when there are too many listeners
   */
  listen(options: ListenOptions): AsyncGenerator<string, void, undefined> {
    if (this.#listeners.size >= this.#init.maxListeners) {
      throw new ClusterError('ERR_BUSY', `there are ${this.#init.maxListeners} listeners already`)
    }
    this.#record()
    return this.#stream(options)
  }

  /** Ends the recording at once. */
  close(): void {
    clearTimeout(this.#idle)
    this.#stop?.()
    this.#stop = undefined
  }

  async *#stream(options: ListenOptions): AsyncGenerator<string, void, undefined> {
    const { types, lastId, signal } = options
    const listener: Listener = { next: this.#buffer.next, wake: () => {}, onTooSlow: () => options.onTooSlow() }
    this.#listeners.add(listener)
    try {
      yield this.#greet(listener, lastId)
      while (!signal.aborted) {
        const text = this.#take(listener, types)
        if (text !== '') yield text
        else if (!(await this.#news(listener, signal))) yield ': still here\n\n'
      }
    } finally {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#keepForAWhile()
    }
  }

  /** The id at the start lets a client that has seen no event yet come back to this place. */
  #greet(listener: Listener, lastId: string | undefined): string {
    const { oldest, next } = this.#buffer
    const start = `retry: ${RETRY}\nid: ${this.#idOf(next - 1)}\n\n`
    if (lastId === undefined || lastId === '') return start
    const [recording, number = ''] = lastId.split('.')
    const wanted = Number(number) + 1
    const isKept = recording === this.#recording && /^\d{1,15}$/.test(number) && wanted >= oldest && wanted <= next
    if (isKept) {
      listener.next = wanted
      return `retry: ${RETRY}\n\n`
    }
    return `${start}event: reset\ndata: {"reason":"the events since then are not kept any more: list anew"}\n\n`
  }

  /** What the listener has not seen yet, as much of it as is sent together. */
  #take(listener: Listener, types: ReadonlySet<EventType>): string {
    let text = ''
    for (; listener.next < this.#buffer.next && text.length < MAX_CHUNK; listener.next++) {
      const event = this.#buffer.at(listener.next)
      if (event === undefined || (types.size > 0 && !types.has(event.type))) continue
      text += `id: ${this.#idOf(listener.next)}\nevent: ${event.type}\ndata: ${event.text}\n\n`
    }
    return text
  }

  /** Waits for an event. @returns false when none has come for a while */
  async #news(listener: Listener, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (isNews: boolean) => (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        listener.wake = () => {}
        resolve(isNews)
      }
      const wake = settle(true)
      const timer = setTimeout(settle(false), this.#init.keepAlive)
      listener.wake = wake
      signal.addEventListener('abort', wake)
      if (signal.aborted) wake()
    })
  }

  #idOf(number: number): string {
    return `${this.#recording}.${number}`
  }

  #record(): void {
    clearTimeout(this.#idle)
    if (this.#stop !== undefined) return
    const { events } = this.#cluster
    this.#recording = crypto.randomUUID().slice(0, 8)
    this.#buffer = new EventBuffer(this.#init.kept, 1)
    const watch = new PeerWatch(this.#cluster)
    const timer = setInterval(() => this.#lookForPeers(watch), PEER_WATCH_INTERVAL).unref()
    const ends = [
      events.on('pin:put', (event) => this.#push('pin:put', event)),
      events.on('pin:delete', (event) => this.#push('pin:delete', event)),
      events.on('pin:status', (event) => this.#push('pin:status', event)),
      events.on('alert', (event) => this.#push('alert', event))
    ]
    this.#stop = () => {
      clearInterval(timer)
      for (const end of ends) end()
    }
  }

  #keepForAWhile(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => this.close(), this.#init.keepFor).unref()
  }

  #lookForPeers(watch: PeerWatch): void {
    const { joined, left } = watch.look()
    for (const event of joined) this.#push('peer:joined', event)
    for (const event of left) this.#push('peer:left', event)
  }

  #push<T extends EventType>(type: T, event: FeedEvents[T]): void {
    this.#buffer.push(FeedEvent.of(type, event))
    for (const listener of this.#listeners) {
      if (listener.next < this.#buffer.oldest) this.#drop(listener)
      else listener.wake()
    }
  }

  #drop(listener: Listener): void {
    this.#listeners.delete(listener)
    listener.onTooSlow()
  }
}
