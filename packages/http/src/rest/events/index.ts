/**
 * @packageDocumentation
 *
 * What happens in a peer, as server-sent events.
 *
 * @example
 * const feed = new EventFeed(cluster)
 * for await (const text of feed.listen({ types: new Set(['pin:put']), signal, onTooSlow: () => abort.abort() })) write(text)
 */
export { EventFeed } from './event-feed.ts'
export type { EventFeedInit, ListenOptions } from './event-feed.ts'
export { EVENT_TYPES } from './event.ts'
export type { EventType, FeedEvents } from './event.ts'
