/**
 * @packageDocumentation
 *
 * How the delta blocks of the CRDT travel between peers: by bitswap with every peer, and with peers of this program by
 * a protocol that fetches a whole stretch of the DAG in one stream. Blocks are asked of connected peers only.
 *
 * @example
 * const deltas = deltaExchange()({ network, logger, replica: () => consensus })
 * const consensus = crdt()({ peerId, datastore, hooks, logger, broadcaster, deltas })
 * await startAll([network, datastore, deltas, consensus])
 *
 * ## The protocol `/ipfscluster-ts/deltas/1.0.0`
 *
 * It is used only with peers whose identify offers it, and nothing depends on it: whatever fails is done by bitswap and
 * by the messages of the topic. All protocols of our own are named `/ipfscluster-ts/<subject>/<version>` and keep to
 * the same rules, so that peers of different age understand each other:
 *
 * - A stream has one request. Messages are protobuf, each behind its length as a varint.
 * - Unknown fields are passed over. A request of an unknown kind is answered with `end: UNKNOWN_REQUEST`.
 * - What an old peer would misunderstand gets a new version in the name; a peer may offer several.
 * - Whoever waits may give up after half a minute; a reset stream needs no answer.
 *
 * ```proto
 * message Request {                 // up to 64 KiB
 *   Heads heads = 1;                // one of these
 *   Stretch stretch = 2;
 *   Follow follow = 3;
 * }
 * message Heads {}
 * message Stretch {
 *   repeated bytes wanted = 1;      // CIDs, 512 at most
 *   repeated bytes known = 2;       // CIDs of blocks that the asker has with everything below them, 512 at most
 * }
 * message Follow {}
 * message Answer {                  // as many as needed, up to 4 MiB each
 *   repeated bytes heads = 1;       // CIDs
 *   repeated bytes blocks = 2;      // bytes of blocks; the hash tells which one it is
 *   uint32 end = 3;                 // in the last message: 1 done, 2 there is more, 3 unknown request, 4 busy
 * }
 * ```
 *
 * A stretch is everything that the answerer has from `wanted` down to the roots or to what is `known`. Each block comes
 * before all those below it, the greatest height first, so that the asker knows of every block, when it comes, that it
 * is linked by one that came before; a block of which that is not so is refused. The asker may end the stream at any
 * time, and does so when it has everything that it lacked. It holds the answerer up by not reading.
 *
 * A follow is answered for as long as the stream is open: each block that the answerer itself makes is sent when its disk
 * has it. The asker must be trusted. Blocks are left out when the asker does not take them fast enough.
 */
import { PeerDeltaExchange } from './delta-exchange.ts'
import type { DeltaExchange, DeltaExchangeComponents, DeltaExchangeInit } from './interface.ts'

export { DELTAS_PROTOCOL } from './defaults.ts'
export type * from './interface.ts'

/** How delta blocks travel between peers. */
export function deltaExchange(init: DeltaExchangeInit = {}): (components: DeltaExchangeComponents) => DeltaExchange {
  return (components) => new PeerDeltaExchange(components, init)
}
