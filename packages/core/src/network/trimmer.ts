import type { PeerId } from '@ipfs-cluster/api'
import type { Connection, Libp2p } from '@libp2p/interface'
import type { Logger } from '../util/logger.ts'
import type { Watermarks } from './watermarks.ts'
import { connectionsToTrim } from './watermarks.ts'

/** What a {@link Trimmer} needs. */
export interface TrimmerInit {
  marks: Watermarks
  log: Logger
  isProtected(peer: PeerId): boolean
}

/** Closes connections when there are too many of them. */
export class Trimmer {
  readonly #init: TrimmerInit

  constructor(init: TrimmerInit) {
    this.#init = init
  }

  /** Looks at every new connection of a host, and lets it be. */
  watch(libp2p: Libp2p): void {
    libp2p.addEventListener('connection:open', () => this.trim(libp2p))
  }

  /** Also called now and then: what is in its grace period now may go later. */
  trim(libp2p: Libp2p): void {
    const { marks, log } = this.#init
    const open = libp2p.getConnections().map((connection) => ({
      connection,
      peer: connection.remotePeer.toString(),
      openedAt: connection.timeline.open,
      streams: connection.streams.length
    }))
    const surplus = connectionsToTrim(open, marks, Date.now(), (peer) => this.#init.isProtected(peer))
    if (surplus.length > 0) log.info(`closing ${surplus.length} of ${open.length} connections: more than high_water`)
    for (const { connection } of surplus) closeQuietly(connection)
  }
}

function closeQuietly(connection: Connection): void {
  connection.close().catch((err: unknown) => {
    connection.abort(err instanceof Error ? err : new Error('could not be closed'))
  })
}
