/** How many connections a peer keeps. */
export interface Watermarks {
  /** More connections than this are trimmed ... */
  highWater: number
  /** ... down to this many. */
  lowWater: number
  /** Milliseconds that a new connection is left alone. */
  gracePeriod: number
}

/** What is known of a connection when some have to go. */
export interface OpenConnection {
  /** Its peer, in text. */
  peer: string
  /** When it was opened, in milliseconds of the clock that `now` is of. */
  openedAt: number
  /** Streams that are open on it: one that is in use goes last. */
  streams: number
}

/**
 * Which connections to close, so that no more than the low water mark stay. Protected peers and connections in their
 * grace period stay, even if that leaves more. Idle connections go first, among them the oldest.
 *
 * A library for libp2p in JavaScript knows only a maximum; this is the rule of Go's connection manager, as far as a peer
 * of a cluster can observe it.
 */
export function connectionsToTrim<C extends OpenConnection>(
  connections: readonly C[],
  marks: Watermarks,
  now: number,
  isProtected: (peer: string) => boolean
): C[] {
  if (connections.length <= marks.highWater) return []
  const candidates = connections.filter(
    ({ peer, openedAt }) => now - openedAt >= marks.gracePeriod && !isProtected(peer)
  )
  candidates.sort((a, b) => a.streams - b.streams || a.openedAt - b.openedAt)
  return candidates.slice(0, connections.length - marks.lowWater)
}
