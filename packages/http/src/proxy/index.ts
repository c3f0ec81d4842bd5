/**
 * @packageDocumentation
 *
 * The API of an IPFS node whose pins are those of the cluster. Programs that know only Kubo use a cluster through it:
 * pinning, adding, the list of pins and the size of the repository are the cluster's, all else is the node's.
 *
 * @example
 * const proxy = ipfsProxy({ listenMultiaddress: ['/ip4/127.0.0.1/tcp/9095'] })({ cluster, logger })
 * await proxy.start()
 * console.log(proxy.addresses)
 */
import { IpfsProxy as Proxy } from './ipfs-proxy.ts'
import type { IpfsProxy, IpfsProxyComponents, IpfsProxyInit } from './interface.ts'

export type * from './interface.ts'
export { ipfsProxyRoutes } from './routes.ts'

/** @throws ClusterError `ERR_BAD_MULTIADDR`, when called with the components */
export function ipfsProxy(init: IpfsProxyInit): (components: IpfsProxyComponents) => IpfsProxy {
  return (components) => new Proxy(components, init)
}
