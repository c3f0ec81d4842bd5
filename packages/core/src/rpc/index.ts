/**
 * @packageDocumentation
 *
 * Calls between peers, as the Go release makes them over libp2p: one stream for each call, msgpack on it, and a policy
 * that says who may call what. A method is declared once; client and server have it from there.
 *
 * @example
 * const services = [serve(SERVICES.Cluster, { ID: () => cluster.id(), ... })]
 * const server = rpcServer()({ logger, network, services, isTrusted: (peer) => consensus.isTrusted(peer) })
 * await startAll([server])
 *
 * const client = rpcClient()({ peerId, network, services })
 * const info = await client.call(peer, SERVICES.PinTracker.Status, cid, { signal })
 * for await (const each of client.stream(peer, SERVICES.PinTracker.StatusAll, [0])) console.log(each)
 */
import type { RpcClientComponents } from './client.ts'
import { StreamRpcClient } from './client.ts'
import type { RpcClientInit, RpcServerInit } from './defaults.ts'
import type { RpcClient } from './interface.ts'
import type { RpcServerComponents } from './server.ts'
import { RpcServer } from './server.ts'

export type { ByteStream } from '../network/byte-stream.ts'
export type { BroadcastOptions, PeerReply } from './broadcast.ts'
export { multiCall, multiStream } from './broadcast.ts'
export type { RpcClientComponents } from './client.ts'
export type { RpcClientInit, RpcServerInit } from './defaults.ts'
export { EXTENSION_PROTOCOL, RPC_PROTOCOL } from './defaults.ts'
export type { RpcContext, RpcHandlers, ServedService, StreamingHandler, UnaryHandler } from './handlers.ts'
export { serve } from './handlers.ts'
export type { RpcClient, RpcNetwork } from './interface.ts'
export type { RpcServerComponents } from './server.ts'
export { RpcServer } from './server.ts'
export type { MethodName, RpcMethod, RpcPolicy, RpcService, StreamingMethod, UnaryMethod } from './service.ts'
export { defineService, streaming, unary } from './service.ts'
export { SERVICES } from './services.ts'

/** Makes what answers the calls of other peers, from when it is started until it is stopped. */
export function rpcServer(init: RpcServerInit = {}): (components: RpcServerComponents) => RpcServer {
  return (components) => new RpcServer(components, init)
}

/** Makes what calls other peers. */
export function rpcClient(init: RpcClientInit = {}): (components: RpcClientComponents) => RpcClient {
  return (components) => new StreamRpcClient(components, init)
}
