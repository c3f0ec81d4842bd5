import { alertToJSON, cidToText, encodePinLine, stringify } from '@ipfs-cluster/api'
import type { PeerId } from '@ipfs-cluster/api'
import type { ClusterEvents } from '@ipfs-cluster/core/cluster'

/** What is told, by name. */
export interface FeedEvents extends Pick<ClusterEvents, 'pin:put' | 'pin:delete' | 'pin:status' | 'alert'> {
  /** A peer has begun to tell its metrics. */
  'peer:joined': { peer: PeerId; peername: string }
  /** A peer has fallen silent. */
  'peer:left': { peer: PeerId; peername: string }
}

export type EventType = keyof FeedEvents

/** How each event is written, as one line of JSON. */
const TEXTS: { readonly [T in EventType]: (event: FeedEvents[T]) => string } = {
  'pin:put': ({ pin }) => encodePinLine(pin).trimEnd(),
  'pin:delete': ({ cid }) => stringify({ cid: cidToText(cid) }),
  'pin:status': ({ cid, status, error, attemptCount }) =>
    stringify({ cid: cidToText(cid), status, error, attempt_count: attemptCount }),
  'peer:joined': ({ peer, peername }) => stringify({ peer, peername }),
  'peer:left': ({ peer, peername }) => stringify({ peer, peername }),
  alert: (alert) => stringify(alertToJSON(alert))
}

export const EVENT_TYPES: readonly EventType[] = Object.keys(TEXTS) as EventType[]

/** An event in the buffer; its text is made when it is first sent, and kept for the other listeners. */
export class FeedEvent {
  readonly type: EventType
  #text: string | undefined
  readonly #write: () => string

  private constructor(type: EventType, write: () => string) {
    this.type = type
    this.#write = write
  }

  static of<T extends EventType>(type: T, event: FeedEvents[T]): FeedEvent {
    return new FeedEvent(type, () => TEXTS[type](event))
  }

  get text(): string {
    return (this.#text ??= this.#write())
  }
}
