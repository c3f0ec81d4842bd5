import { address, bool, duration, int } from '../kinds.ts'
import { option, section } from '../option.ts'
import type { ConfigOf } from '../option.ts'
import { notBelow0 } from './checks.ts'

export type IpfsHttpConfig = ConfigOf<typeof ipfshttpSection>

export const ipfshttpSection = section({
  key: 'ipfshttp',
  env: 'CLUSTER_IPFSHTTP',
  goStruct: 'jsonConfig',
  doc: 'The IPFS node whose pins this peer looks after.',
  options: {
    node_multiaddress: option(address, {
      default: '/ip4/127.0.0.1/tcp/5001',
      absent: 'zero',
      failure: (reason) => `error parsing ipfs_node_multiaddress: ${reason}`,
      doc: 'The RPC API of the IPFS node.'
    }),
    connect_swarms_delay: option(duration, {
      default: 30_000,
      ...notBelow0('ipfshttp.connect_swarms_delay is invalid'),
      doc: 'Time after the start at which the IPFS nodes of the cluster are connected to each other; 0: never.'
    }),
    ipfs_request_timeout: option(duration, {
      default: 300_000,
      ...notBelow0('ipfshttp.ipfs_request_timeout invalid'),
      doc: 'How long a request to the IPFS node may take.'
    }),
    pin_timeout: option(duration, {
      default: 120_000,
      ...notBelow0('ipfshttp.pin_timeout invalid'),
      doc: 'How long a pin may make no progress before it fails.'
    }),
    unpin_timeout: option(duration, {
      default: 10_800_000,
      ...notBelow0('ipfshttp.unpin_timeout invalid'),
      doc: 'How long an unpin may take.'
    }),
    repogc_timeout: option(duration, {
      default: 86_400_000,
      ...notBelow0('ipfshttp.repogc_timeout invalid'),
      doc: 'How long a garbage collection may take.'
    }),
    informer_trigger_interval: option(int, {
      default: 0,
      absent: 'zero',
      ...notBelow0('ipfshttp.informer_trigger_interval'),
      doc: 'Pins after which metrics are sent at once; 0: only in their own time.'
    }),
    unpin_disable: option(bool, { default: false, absent: 'zero', written: 'filled', doc: 'Never unpin anything.' })
  }
})
