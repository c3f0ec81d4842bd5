import type { MethodName } from './service.ts'

/** The protocol of calls between peers of a cluster, one stream for each call (spec: wire 2.1). */
export const RPC_PROTOCOL = '/ipfscluster/1.0/rpc'

/** The same for methods that the Go release has not, spoken only with peers that offer it. */
export const EXTENSION_PROTOCOL = '/ipfscluster-ts/rpc/1.0.0'

/** How a peer answers the calls of others. Times are in milliseconds. */
export interface RpcServerInit {
  /** Default {@link RPC_PROTOCOL}. */
  protocol?: string
  /** Most calls that run at once; what goes beyond is reset. Default 4096. */
  maxCalls?: number
  /** Most of them from one peer that is trusted. Default 1024. */
  maxCallsPerPeer?: number
  /** Most of them from one peer that is not. Default 64. */
  maxCallsPerStranger?: number
  /** Most bytes of one argument. A block takes 2 MiB at most. Default 16 MiB. */
  maxArgumentBytes?: number
  /** Most bytes of an argument to a method that anyone may call. Default 64 KiB. */
  maxOpenArgumentBytes?: number
  /** Time for a caller to say what it calls and, unless arguments are streamed, with which argument. Default 30 s. */
  requestTimeout?: number
  /** Time for a caller to take a batch of replies. Default 5 minutes. */
  replyTimeout?: number
  /** Time that a call to a method that anyone may call can take as a whole. Default 2 minutes. */
  openCallTimeout?: number
  /** Methods that this peer keeps to itself, whatever their policy says. Default none. */
  closed?: readonly MethodName[]
}

export const SERVER_DEFAULTS: Required<RpcServerInit> = {
  protocol: RPC_PROTOCOL,
  maxCalls: 4096,
  maxCallsPerPeer: 1024,
  maxCallsPerStranger: 64,
  maxArgumentBytes: 16 * 1024 * 1024,
  maxOpenArgumentBytes: 64 * 1024,
  requestTimeout: 30_000,
  replyTimeout: 5 * 60_000,
  openCallTimeout: 2 * 60_000,
  closed: []
}

/** How a peer calls others. */
export interface RpcClientInit {
  /** Default {@link RPC_PROTOCOL}. */
  protocol?: string
  /** Most bytes of one reply. The longest tell what a garbage collection removed. Default 64 MiB. */
  maxReplyBytes?: number
}

export const DEFAULT_MAX_REPLY_BYTES = 64 * 1024 * 1024
