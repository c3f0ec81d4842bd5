import { identityFromJson } from '@ipfs-cluster/core/config'
import { protocolHost } from '@ipfs-cluster/core/network'
import type { ProtocolHost } from '@ipfs-cluster/core/network'
import type { HttpSurfaceInit } from './init.ts'

/**
 * The libp2p host that a surface is to have of its own. It belongs to no private network, as in the Go release: users of
 * the API need not know the secret of the cluster.
 *
 * @returns undefined when none is configured
 * @throws ConfigError when ID and key do not belong together
 */
export async function ownHost(init: HttpSurfaceInit): Promise<ProtocolHost | undefined> {
  const { libp2pListenMultiaddress: listenMultiaddress = [], id = '', privateKey = '' } = init
  if (listenMultiaddress.length === 0) return undefined
  const identity = identityFromJson({ id, private_key: privateKey })
  return protocolHost({ privateKey: identity.privateKey, listenMultiaddress })
}
