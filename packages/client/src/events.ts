import type { Alert, JsonValue, PeerId, Pin, TrackerStatus } from '@ipfs-cluster/api'
import { alertFromJSON, parseCid, parseJSON, pinFromJSON } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { AbortOptions } from './abort-options.ts'
import { parseEvents } from './sse.ts'
import type { ServerSentEvent } from './sse.ts'

/** What each event tells. */
export interface EventData {
  /** The pinset has this pin, new or changed. */
  'pin:put': { pin: Pin }
  /** The pinset has this CID no more. */
  'pin:delete': { cid: CID }
  /** An operation on the peer that is asked has changed its state. */
  'pin:status': { cid: CID; status: TrackerStatus; error: string; attemptCount: number }
  'peer:joined': { peer: PeerId; peername: string }
  'peer:left': { peer: PeerId; peername: string }
  alert: { alert: Alert }
  /** Some events were missed: what they changed is to be listed anew. */
  reset: { reason: string }
}

export type EventName = keyof EventData

/** An event of a peer. */
export type ClusterEvent = {
  [T in EventName]: EventData[T] & {
    readonly type: T
    /** Give it as `lastEventId` to go on behind this event. */
    readonly id: string
  }
}[EventName]

/** Which events to hear. */
export interface EventsOptions extends AbortOptions {
  /** Default: all. `reset` comes in any case. */
  readonly types?: readonly Exclude<EventName, 'reset'>[]
  /** The last event that was seen; those that came since come first. */
  readonly lastEventId?: string
  /** Called when the peer listens: what happens from then on is told. */
  readonly onOpen?: () => void
}

const READERS: { readonly [T in EventName]: (data: JsonValue) => EventData[T] } = {
  'pin:put': (data) => ({ pin: pinFromJSON(data) }),
  'pin:delete': (data) => ({ cid: cidOf(data) }),
  'pin:status': (data) => ({
    cid: cidOf(data),
    status: textOf(data, 'status') as TrackerStatus,
    error: textOf(data, 'error'),
    attemptCount: Number(member(data, 'attempt_count'))
  }),
  'peer:joined': (data) => ({ peer: textOf(data, 'peer'), peername: textOf(data, 'peername') }),
  'peer:left': (data) => ({ peer: textOf(data, 'peer'), peername: textOf(data, 'peername') }),
  alert: (data) => ({ alert: alertFromJSON(data) }),
  reset: (data) => ({ reason: textOf(data, 'reason') })
}

/** The events of a body; those that a newer peer knows, and we do not, are passed over. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ClusterEvent, void, void> {
  for await (const event of parseEvents(body)) if (isKnown(event)) yield readEvent(event)
}

function isKnown(event: ServerSentEvent): event is ServerSentEvent & { event: EventName } {
  return Object.hasOwn(READERS, event.event)
}

function readEvent({ id, event, data }: ServerSentEvent & { event: EventName }): ClusterEvent {
  return { type: event, id, ...READERS[event](parseJSON(data)) } as ClusterEvent
}

function cidOf(data: JsonValue): CID {
  return parseCid(textOf(data, 'cid'))
}

function textOf(data: JsonValue, name: string): string {
  const value = member(data, name)
  return typeof value === 'string' ? value : ''
}

function member(data: JsonValue, name: string): unknown {
  return typeof data === 'object' && data !== null ? (data as Readonly<Record<string, unknown>>)[name] : undefined
}
