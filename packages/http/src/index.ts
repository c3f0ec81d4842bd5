/**
 * @packageDocumentation
 *
 * The HTTP surfaces of a peer, over a `Cluster` object of `@ipfs-cluster/core`. Each is a table of routes, served by
 * what all of them share.
 *
 * @example
 * const api = restApi({ httpListenMultiaddress: ['/ip4/127.0.0.1/tcp/9094'] })({ cluster, logger })
 * await api.start()
 */
export type { HttpSurfaceInit } from './common/init.ts'
export type { Libp2pHost } from './common/libp2p-listener.ts'
export type { AnswerDoc, BodyDoc, Method, Parameter, ParameterType, Route, RouteDoc } from './common/route.ts'
export { ipfsProxy, ipfsProxyRoutes } from './proxy/index.ts'
export type { IpfsProxy, IpfsProxyComponents, IpfsProxyInit } from './proxy/index.ts'
export { pinsvcApi, pinsvcRoutes } from './pinsvc/index.ts'
export type { PinsvcApi, PinsvcApiComponents, PinsvcApiInit } from './pinsvc/index.ts'
export { EventFeed, restApi, restRoutes } from './rest/index.ts'
export type { EventFeedInit, ListenOptions, RestApi, RestApiComponents, RestApiInit } from './rest/index.ts'
