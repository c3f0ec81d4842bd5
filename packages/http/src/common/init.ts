import type { Multiaddr } from '@ipfs-cluster/api'

/** The settings that every HTTP surface has; the keys of `restapi` and `pinsvcapi` in `service.json`. */
export interface HttpSurfaceInit {
  /** Where to listen: `/ip4/...`, `/ip6/...` and `/dns4/...` with `/tcp/<port>`, or `/unix/<path>`. Port 0: any. */
  httpListenMultiaddress: readonly Multiaddr[]
  /**
   * Where a libp2p host of its own takes the same requests, over the protocol `/libp2p-http`. Empty or absent: there is
   * none; else `id` and `privateKey` say who it is.
   */
  libp2pListenMultiaddress?: readonly Multiaddr[]
  /** Peer ID of that host. */
  id?: string
  /** Private key of that host: the protobuf of libp2p as base64. */
  privateKey?: string
  /** Certificate and key in PEM; both or none. */
  sslCertFile?: string
  sslKeyFile?: string
  /** Milliseconds for a whole request to arrive; 0: no limit. */
  readTimeout?: number
  /** Milliseconds for the header block to arrive. */
  readHeaderTimeout?: number
  /** Milliseconds from the end of the header block to the end of the answer; 0: no limit. */
  writeTimeout?: number
  /** Milliseconds that a connection may be idle between two requests. */
  idleTimeout?: number
  /** Largest header block in bytes. As in the Go release, 4096 more are let pass. */
  maxHeaderBytes?: number
  /** Passwords by user; null or absent: everybody may do everything. */
  basicAuthCredentials?: Readonly<Record<string, string>> | null
  /** File that gets one line for each request; empty or absent: the log of the peer. */
  httpLogFile?: string
  /** Headers added to every answer of a handler. */
  headers?: Readonly<Record<string, readonly string[]>>
  /** Origins whose scripts may read answers; `*` may stand for any part. Empty: every origin. */
  corsAllowedOrigins?: readonly string[]
  /** Methods that such scripts may use. Empty: GET, POST and HEAD. */
  corsAllowedMethods?: readonly string[]
  /** Headers that such scripts may set. Empty: those that need no permission. */
  corsAllowedHeaders?: readonly string[]
  /** Headers of an answer that such scripts may read. */
  corsExposedHeaders?: readonly string[]
  /** Whether browsers may send credentials along. */
  corsAllowCredentials?: boolean
  /** Milliseconds for which a browser may remember a preflight. */
  corsMaxAge?: number
  /** Milliseconds that answers in flight are given when the surface stops. */
  stopGrace?: number
}
