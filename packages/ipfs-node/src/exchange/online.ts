import type { ServiceFactoryMap } from 'libp2p'

/**
 * What a node on the public network needs besides: the DHT, of which it is a client only, to find who has a block and
 * what a name stands for, and to tell what it pins. Loaded only there.
 */
export async function onlineServices(): Promise<ServiceFactoryMap> {
  const [{ kadDHT, removePrivateAddressesMapper }, { ping }, { ipnsValidator }, { ipnsSelector }] = await Promise.all([
    import('@libp2p/kad-dht'),
    import('@libp2p/ping'),
    import('ipns/validator'),
    import('ipns/selector')
  ])
  const dht = kadDHT({
    clientMode: true,
    protocol: '/ipfs/kad/1.0.0',
    peerInfoMapper: removePrivateAddressesMapper,
    validators: { ipns: ipnsValidator },
    selectors: { ipns: ipnsSelector }
  })
  // The type of a map of services does not know which of them need one another.
  return { ping: ping(), dht } as unknown as ServiceFactoryMap
}
