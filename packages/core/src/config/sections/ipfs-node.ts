import { address, addresses, bool, choice, text } from '../kinds.ts'
import { option, section } from '../option.ts'
import type { ConfigOf } from '../option.ts'

export type IpfsNodeConfig = ConfigOf<typeof ipfsNodeSection>

export const ipfsNodeSection = section({
  key: 'ipfs_node',
  env: 'CLUSTER_IPFSNODE',
  goStruct: 'jsonConfig',
  doc: 'The IPFS node that comes with the peer and runs beside it. A Go peer ignores this section.',
  options: {
    enabled: option(bool, { default: true, absent: 'zero', doc: 'Run it.' }),
    repo: option(text, {
      default: 'ipfs',
      doc: 'Folder of its blocks and its identity, relative to the configuration.'
    }),
    api_multiaddress: option(address, {
      default: '/ip4/127.0.0.1/tcp/5001',
      doc: 'Where its RPC API listens; `ipfs_connector.ipfshttp.node_multiaddress` is the same.'
    }),
    gateway_multiaddress: option(address, {
      default: '/ip4/127.0.0.1/tcp/8080',
      doc: 'Where its read-only gateway listens.'
    }),
    swarm_multiaddress: option(addresses, {
      default: ['/ip4/0.0.0.0/tcp/4001'],
      doc: 'Where other IPFS nodes connect.'
    }),
    profile: option(choice(['online', 'loopback', 'offline'], 'ipfs_node.profile is invalid'), {
      default: 'online',
      failure: (reason) => reason,
      doc: 'Whom it talks to: the public IPFS network, nodes of this machine, or nobody.'
    })
  }
})
