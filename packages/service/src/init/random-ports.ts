import type { ServiceConfig } from '@ipfs-cluster/core/config'
import { FreePorts } from '@ipfs-cluster/daemon'

/** Gives everything that listens a port that is free at the moment. Hosts stay as they are. */
export async function randomizePorts(config: ServiceConfig): Promise<void> {
  await using ports = new FreePorts()
  const { cluster, api, ipfsNode, ipfsConnector } = config
  cluster.listenMultiaddress = await ports.replaceAll(cluster.listenMultiaddress)
  for (const surface of [api.restapi, api.pinsvcapi]) {
    if (surface !== undefined) surface.httpListenMultiaddress = await ports.replaceAll(surface.httpListenMultiaddress)
  }
  if (api.ipfsproxy !== undefined)
    api.ipfsproxy.listenMultiaddress = await ports.replaceAll(api.ipfsproxy.listenMultiaddress)
  if (ipfsNode === undefined) return
  ipfsNode.apiMultiaddress = await ports.replace(ipfsNode.apiMultiaddress)
  ipfsNode.gatewayMultiaddress = await ports.replace(ipfsNode.gatewayMultiaddress)
  ipfsNode.swarmMultiaddress = await ports.replaceAll(ipfsNode.swarmMultiaddress)
  ipfsConnector.ipfshttp.nodeMultiaddress = ipfsNode.apiMultiaddress
  if (api.ipfsproxy !== undefined) api.ipfsproxy.nodeMultiaddress = ipfsNode.apiMultiaddress
}
