import type { PeerId } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import { OWN_PREFIX } from '../datastore/index.ts'
import type { Datastore } from '../datastore/index.ts'
import type { PubsubMessage, Topic } from '../network/index.ts'
import { messageOf } from '../util/errors.ts'
import { EventBus } from '../util/event-bus.ts'
import type { EventSource } from '../util/event-bus.ts'
import type { ComponentLogger, Logger } from '../util/logger.ts'
import type { AbortOptions, Startable } from '../util/startable.ts'
import { FORGET_AFTER, MARKS_IN_MESSAGE, MAX_MARKS, TELL_DELAY } from './defaults.ts'
import type { MarkKind, PeerMark } from './mark.ts'
import { compareMarks, kindAt, parseMark, replaces, textOfMark } from './mark.ts'

const KEY_PREFIX = `${OWN_PREFIX}/marks/`

/** The topic on which peers of one cluster tell each other of marks. Peers of the Go release do not listen there. */
export function marksTopic(clusterName: string): string {
  return `ipfs-cluster-ts/marks/1/${clusterName}`
}

/** What the marks need of the rest of a peer. */
export interface PeerMarksComponents {
  logger: ComponentLogger
  isTrusted(peer: PeerId): boolean
  /** Open while the marks are started; absent: marks are forgotten when the peer stops. */
  datastore?: Pick<Datastore, 'entries' | 'put' | 'delete'>
  /** Absent: this peer is alone. */
  topic?: Topic
  /** Unix milliseconds. */
  now?(): number
}

/** What the marks tell of. */
export interface PeerMarksEvents {
  /** A mark was made, here or elsewhere. */
  mark: PeerMark
}

/**
 * What was said about the peers of the cluster. Every peer of ours keeps all marks on its own disk and tells them to
 * whoever comes, so that a mark outlives any of them, the marked one first of all. The later mark on a peer counts.
 */
export class PeerMarks implements Startable, EventSource<PeerMarksEvents> {
  readonly #components: PeerMarksComponents
  readonly #log: Logger
  readonly #events: EventBus<PeerMarksEvents>
  readonly #marks = new Map<PeerId, PeerMark>()
  #unsubscribe: (() => void)[] = []
  #telling: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(components: PeerMarksComponents) {
    this.#components = components
    this.#log = components.logger.forComponent('repair')
    this.#events = new EventBus((err) => this.#log.error(messageOf(err)))
  }

  on: EventSource<PeerMarksEvents>['on'] = (name, listener) => this.#events.on(name, listener)

  async afterStart(): Promise<void> {
    await this.#load()
    const { topic } = this.#components
    if (topic === undefined || this.#unsubscribe.length > 0) return
    this.#unsubscribe = [
      topic.subscribe(
        (message) => this.#receive(message),
        (peer) => this.#components.isTrusted(peer)
      ),
      topic.onSubscriber(() => this.#tellSoon())
    ]
  }

  async stop(): Promise<void> {
    for (const end of this.#unsubscribe.splice(0)) end()
    clearTimeout(this.#telling)
    this.#telling = undefined
    await this.#writing
  }

  /** Marks that say something, in the order of the peers. */
  list(): PeerMark[] {
    return [...this.#marks.values()].filter(({ peer }) => this.kindOf(peer) !== 'none').sort(compareMarks)
  }

  kindOf(peer: PeerId): MarkKind {
    const mark = this.#marks.get(peer)
    return mark === undefined ? 'none' : kindAt(mark, this.#now())
  }

  get(peer: PeerId): PeerMark | undefined {
    return this.kindOf(peer) === 'none' ? undefined : this.#marks.get(peer)
  }

  /** Peers other than this one that tell marks, and so are of this release. */
  fellows(): PeerId[] {
    return this.#components.topic?.subscribers() ?? []
  }

  /**
   * Makes a mark. Resolves when it is on the disk of this peer; others hear of it at once if they are there.
   *
   * @throws ClusterError `ERR_TOO_MANY_MARKS`
   */
  async set(mark: Omit<PeerMark, 'at'>, options: AbortOptions = {}): Promise<PeerMark> {
    options.signal?.throwIfAborted()
    // Later than what it replaces, whoever made that by whatever clock.
    const at = Math.max(this.#now(), (this.#marks.get(mark.peer)?.at ?? 0) + 1)
    const made: PeerMark = { ...mark, at }
    if (!this.#hasRoom(mark.peer)) {
      throw new ClusterError('ERR_TOO_MANY_MARKS', `${this.#marks.size} peers are marked already`)
    }
    await this.#keep(made)
    await this.#publish([made])
    return made
  }

  /** Tells all marks to all peers, in case one of them has missed any. */
  async tellAll(): Promise<void> {
    const marks = [...this.#marks.values()]
    for (let i = 0; i < marks.length; i += MARKS_IN_MESSAGE) await this.#publish(marks.slice(i, i + MARKS_IN_MESSAGE))
  }

  async #publish(marks: readonly PeerMark[]): Promise<void> {
    await this.#components.topic
      ?.publish(new TextEncoder().encode(marks.map(textOfMark).join('\n')))
      .catch((err: unknown) => this.#log.debug(`telling marks: ${messageOf(err)}`))
  }

  #receive({ from, data }: PubsubMessage): void {
    try {
      const lines = new TextDecoder().decode(data).split('\n', MARKS_IN_MESSAGE)
      for (const mark of lines.map(parseMark)) this.#learn(mark)
    } catch (err) {
      this.#log.debug(`passed over what ${from} sent as marks: ${messageOf(err)}`)
    }
  }

  #learn(mark: PeerMark): void {
    const known = this.#marks.get(mark.peer)
    if (replaces(mark, known)) {
      if (this.#hasRoom(mark.peer)) this.#keep(mark).catch((err: unknown) => this.#log.error(messageOf(err)))
    } else if (known !== undefined && replaces(known, mark)) {
      this.#tellSoon()
    }
  }

  /** It counts at once; the disk follows in the order of the marks. */
  async #keep(mark: PeerMark): Promise<void> {
    this.#marks.set(mark.peer, mark)
    this.#log.info(wordsFor(mark))
    this.#events.emit('mark', mark)
    const write = async (): Promise<void> =>
      this.#components.datastore?.put(KEY_PREFIX + mark.peer, new TextEncoder().encode(textOfMark(mark)), {
        sync: true
      })
    const written = this.#writing.then(write)
    this.#writing = written.catch(() => {})
    await written
  }

  async #load(): Promise<void> {
    const { datastore } = this.#components
    if (datastore === undefined) return
    for await (const entries of datastore.entries({ prefix: KEY_PREFIX, limit: MAX_MARKS })) {
      for (const { key, value } of entries) await this.#loadOne(datastore, key, value)
    }
  }

  async #loadOne(datastore: Pick<Datastore, 'delete'>, key: string, value: Uint8Array): Promise<void> {
    try {
      const mark = parseMark(new TextDecoder().decode(value))
      const isOld = mark.kind === 'none' && mark.at + FORGET_AFTER < this.#now()
      if (isOld) await datastore.delete(key)
      else if (replaces(mark, this.#marks.get(mark.peer))) this.#marks.set(mark.peer, mark)
    } catch (err) {
      this.#log.warn(`${key}: ${messageOf(err)}`)
    }
  }

  #hasRoom(peer: PeerId): boolean {
    return this.#marks.has(peer) || this.#marks.size < MAX_MARKS
  }

  #tellSoon(): void {
    if (this.#telling !== undefined || this.#marks.size === 0) return
    this.#telling = setTimeout(() => {
      this.#telling = undefined
      void this.tellAll()
    }, TELL_DELAY)
    this.#telling.unref()
  }

  #now(): number {
    return this.#components.now?.() ?? Date.now()
  }
}

function wordsFor({ peer, kind, until }: PeerMark): string {
  const end = until === 0 ? '' : ` until ${new Date(until).toISOString()}`
  switch (kind) {
    case 'maintenance':
      return `${peer} is under maintenance${end}: its pins stay where they are while it is away`
    case 'drain':
      return `${peer} is drained${end}: its pins go to other peers`
    case 'none':
      return `${peer} is a peer like any other again`
  }
}
