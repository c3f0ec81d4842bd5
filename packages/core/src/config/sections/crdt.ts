import { duration, int, text, trustedPeers } from '../kinds.ts'
import { group, option, section } from '../option.ts'
import type { ConfigOf } from '../option.ts'
import { above0, notBelow0 } from './checks.ts'

export type CrdtConfig = ConfigOf<typeof crdtSection>

export const crdtSection = section({
  key: 'crdt',
  env: 'CLUSTER_CRDT',
  goStruct: 'jsonConfig',
  doc: 'Agreement without a leader: every trusted peer may write, and all end up with the same pinset.',
  options: {
    cluster_name: option(text, { default: 'ipfs-cluster', doc: 'Name of the cluster, the same on all its peers.' }),
    trusted_peers: option(trustedPeers, {
      default: '*' as const,
      absent: 'zero',
      failure: (reason) => `error parsing trusted peers: ${reason}`,
      doc: 'Peers whose changes are taken and who may ask this peer to act. "*" trusts whoever has the secret.'
    }),
    batching: group({
      max_batch_size: option(int, {
        default: 0,
        absent: 'zero',
        doc: 'Changes after which a batch is committed; 0: no such batches.'
      }),
      max_batch_age: option(duration, {
        default: 0,
        unreadable: 'default',
        doc: 'Age at which a batch is committed. Changes under load are grouped without these two, so leave them at 0.'
      }),
      max_queue_size: option(int, {
        default: 50_000,
        written: 'changed',
        ...above0('crdt.batching.max_queue_size is invalid'),
        doc: 'Changes that may wait for a batch.'
      })
    }),
    repair_interval: option(duration, {
      default: 3_600_000,
      unreadable: 'default',
      ...notBelow0('crdt.repair_interval is invalid'),
      doc: 'How often a pinset that is known to have gaps is repaired; 0: never.'
    }),
    rebroadcast_interval: option(duration, {
      default: 60_000,
      written: 'changed',
      unreadable: 'default',
      ...above0('crdt.rebroadcast_interval is invalid'),
      doc: 'How often the state is told again when nothing changes.'
    }),
    peerset_metric: option(text, { default: 'ping', written: 'changed', doc: 'Metric that makes a peer a member.' }),
    datastore_namespace: option(text, {
      default: '/c',
      written: 'changed',
      doc: 'Prefix of the keys in the datastore.'
    })
  }
})
