import { duration, int, lenientPeers, positiveDuration, text, uint } from '../kinds.ts'
import { option, section } from '../option.ts'
import type { ConfigOf } from '../option.ts'
import { above0, notBelow0 } from './checks.ts'

export type RaftConfig = ConfigOf<typeof raftSection>

export const raftSection = section({
  key: 'raft',
  env: 'CLUSTER_RAFT',
  goStruct: 'jsonConfig',
  doc: 'Agreement with a leader among a fixed set of peers.',
  options: {
    data_folder: option(text, {
      default: '',
      written: 'filled',
      doc: 'Folder of logs and snapshots; "raft" when empty.'
    }),
    init_peerset: option(lenientPeers, { default: [], absent: 'zero', doc: 'Peers that a new cluster starts with.' }),
    wait_for_leader_timeout: option(positiveDuration, {
      default: 15_000,
      unreadable: 'default',
      ...above0('wait_for_leader_timeout <= 0'),
      doc: 'How long a start waits for a leader.'
    }),
    network_timeout: option(positiveDuration, {
      default: 10_000,
      unreadable: 'default',
      ...above0('network_timeout <= 0'),
      doc: 'How long an exchange with a peer may take.'
    }),
    commit_retries: option(int, {
      default: 1,
      absent: 'zero',
      ...notBelow0('commit_retries is invalid'),
      doc: 'How often a failed commit is tried again.'
    }),
    commit_retry_delay: option(positiveDuration, {
      default: 200,
      unreadable: 'default',
      ...above0('commit_retry_delay is invalid'),
      doc: 'Pause before a commit is tried again.'
    }),
    backups_rotate: option(int, {
      default: 6,
      ...above0('backups_rotate should be larger than 0'),
      doc: 'Copies of the raft folder that clean-ups leave.'
    }),
    datastore_namespace: option(text, {
      default: '/r',
      written: 'changed',
      doc: 'Has no effect, as in the Go release.'
    }),
    heartbeat_timeout: option(duration, {
      default: 1000,
      unreadable: 'default',
      doc: 'Silence of the leader before an election.'
    }),
    election_timeout: option(duration, { default: 1000, unreadable: 'default', doc: 'How long an election may take.' }),
    commit_timeout: option(duration, {
      default: 50,
      unreadable: 'default',
      doc: 'Pause after which the leader sends a heartbeat.'
    }),
    max_append_entries: option(int, { default: 64, doc: 'Most log entries in one message.' }),
    trailing_logs: option(uint, { default: 10_240, doc: 'Log entries kept after a snapshot.' }),
    snapshot_interval: option(duration, {
      default: 120_000,
      unreadable: 'default',
      doc: 'How often a snapshot is considered.'
    }),
    snapshot_threshold: option(uint, { default: 8192, doc: 'Log entries before a snapshot is taken.' }),
    leader_lease_timeout: option(duration, {
      default: 500,
      unreadable: 'default',
      doc: 'How long a leader stays one without hearing from most peers.'
    })
  }
})
