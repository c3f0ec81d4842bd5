import { ClusterError, getText } from '@ipfs-cluster/api'
import type { Cluster } from '@ipfs-cluster/core/cluster'
import type { Answer } from '../../common/answer.ts'
import type { HttpRequest } from '../../common/http-request.ts'
import type { QueryGroup, Route } from '../../common/route.ts'
import { EVENT_TYPES } from '../events/index.ts'
import type { EventFeed, EventType } from '../events/index.ts'
import { BAD_ARGUMENT, clusterRoute } from '../route.ts'

const TEXT_TYPE = 'text/event-stream'

const eventTypes: QueryGroup<ReadonlySet<EventType>> = {
  parameters: [{ name: 'types', type: 'string', list: true, words: EVENT_TYPES, doc: 'Only these; absent: all' }],
  read: (query) => {
    const words = getText(query, 'types')
      .split(',')
      .filter((word) => word !== '')
    return new Set(words.map(readType))
  }
}

const lastEventId: QueryGroup<string> = {
  parameters: [
    {
      name: 'last-event-id',
      type: 'string',
      doc: 'The last event that was seen: what came since is sent first. The header `Last-Event-ID`, which browsers send by themselves, counts before it'
    }
  ],
  read: (query) => getText(query, 'last-event-id')
}

/** What happens, as it happens. */
export function eventRoute(feed: EventFeed): Route<Cluster> {
  return clusterRoute({
    name: 'events',
    method: 'GET',
    path: '/events',
    summary: 'Tells of pins, of their state on this peer, of peers and alerts, as server-sent events without end',
    query: { types: eventTypes, lastId: lastEventId },
    answers: [
      {
        ...{ status: 200, type: 'Event', contentType: TEXT_TYPE },
        doc: 'The events. `reset` says that some were missed; a client that reads too slowly is cut off'
      }
    ],
    errors: { 400: BAD_ARGUMENT, 409: 'There are too many listeners' },
    handle: (_cluster, { types, lastId }, request) => listen(feed, types, lastId, request)
  })
}

function listen(feed: EventFeed, types: ReadonlySet<EventType>, lastId: string, request: HttpRequest): Answer {
  const header = request.raw.headers['last-event-id']
  const options = {
    types,
    lastId: typeof header === 'string' ? header : lastId,
    signal: AbortSignal.any([request.signal, request.closing]),
    onTooSlow: () => request.abort(new Error('the client reads the events too slowly'))
  }
  return {
    ...{ kind: 'lines', status: 200, eager: true, breakOff: true, ownContentType: true, contentType: TEXT_TYPE },
    headers: ['Cache-Control', 'no-cache', 'X-Accel-Buffering', 'no'],
    lines: feed.listen(options)
  }
}

function readType(word: string): EventType {
  const type = EVENT_TYPES.find((each) => each === word)
  if (type === undefined) throw new ClusterError('ERR_BAD_REQUEST', `parameter types: ${word} is none`)
  return type
}
