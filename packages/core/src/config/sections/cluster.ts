import { hostname } from 'node:os'
import { addresses, addressList, bool, duration, int, secret, text, uint } from '../kinds.ts'
import { group, option, section } from '../option.ts'
import type { ConfigOf } from '../option.ts'
import { randomSecret } from '../secret.ts'
import { above0, notBelow0 } from './checks.ts'
import { replicationFailure } from './replication.ts'

/** The part of service.json that every peer needs. */
export type ClusterConfig = ConfigOf<typeof clusterSection>

export const clusterSection = section({
  key: 'cluster',
  env: 'CLUSTER',
  goStruct: 'configJSON',
  doc: 'The peer itself: its name, its private network, how it listens, and how often it looks after things.',
  options: {
    id: option(text, {
      default: '',
      written: 'never',
      doc: 'Peer ID of a folder from before identity.json; moved there.'
    }),
    peername: option(text, { default: hostname, doc: 'Name of this peer for people; need not be unique.' }),
    private_key: option(text, {
      default: '',
      written: 'never',
      hidden: true,
      doc: 'Private key of a folder from before identity.json; moved there.'
    }),
    secret: option(secret, {
      default: randomSecret,
      absent: 'zero',
      hidden: true,
      failure: (reason) => `error loading cluster secret from config: ${reason}`,
      doc: 'Key of the private network: peers connect only if theirs is the same. Empty: anybody may connect.'
    }),
    leave_on_shutdown: option(bool, {
      default: false,
      doc: 'Leave the cluster, and forget its pinset, when the peer stops. Keep false unless peers come and go for good.'
    }),
    listen_multiaddress: option(addresses, {
      default: ['/ip4/0.0.0.0/tcp/9096', '/ip4/0.0.0.0/udp/9096/quic'],
      absent: 'zero',
      failure: (reason) => `error parsing listen_multiaddress: ${reason}`,
      check: (value) => (value.length === 0 ? 'cluster.listen_multiaddress is undefined' : undefined),
      range: 'at least one',
      doc: 'Where other peers connect. Only TCP and WebSocket are served.'
    }),
    announce_multiaddress: option(addresses, {
      default: [],
      absent: 'zero',
      failure: (reason) => `error parsing announce: ${reason}`,
      doc: 'Addresses told to other peers in place of those found; set it behind a NAT.'
    }),
    no_announce_multiaddress: option(addresses, {
      default: [],
      absent: 'zero',
      failure: (reason) => `error parsing no_announce: ${reason}`,
      doc: 'Addresses never told to other peers.'
    }),
    enable_relay_hop: option(bool, {
      default: true,
      absent: 'zero',
      doc: 'Relay between peers that cannot reach each other.'
    }),
    connection_manager: group({
      high_water: option(int, {
        default: 400,
        absent: 'zero',
        ...above0('cluster.connection_manager.high_water is invalid'),
        doc: 'Connections at which idle ones are closed.'
      }),
      low_water: option(int, {
        default: 100,
        absent: 'zero',
        ...above0('cluster.connection_manager.low_water is invalid'),
        doc: 'Connections that are kept then.'
      }),
      grace_period: option(duration, {
        default: 120_000,
        check: (value) => (value === 0 ? 'cluster.connection_manager.grace_period is invalid' : undefined),
        range: 'not 0',
        doc: 'Age below which a connection is not closed.'
      })
    }),
    resource_manager: group({
      enabled: option(bool, { default: true, absent: 'zero', doc: 'Limit what connections may use.' }),
      memory_limit_bytes: option(uint, {
        default: 0,
        absent: 'zero',
        doc: 'Memory for connections; 0: a quarter of the machine.'
      }),
      file_descriptors_limit: option(uint, {
        default: 0,
        absent: 'zero',
        doc: 'File descriptors for connections; 0: half of what the process may open.'
      })
    }),
    pubsub: group({
      seen_messages_ttl: option(duration, {
        default: 1_800_000,
        ...above0('cluster.pubsub.seen_message_ttl is invalid'),
        doc: 'How long a message is remembered, so that it is not taken twice.'
      }),
      heartbeat_interval: option(duration, {
        default: 10_000,
        ...above0('cluster.pubsub.heartbeat_interval is invalid'),
        doc: 'How often the mesh of peers is looked after.'
      }),
      d_factor: option(int, {
        default: 4,
        absent: 'zero',
        ...above0('cluster.pubsub.d_factor is invalid'),
        doc: 'Multiplies the number of neighbours that messages go through. Higher: more traffic, faster spread.'
      }),
      history_gossip: option(int, {
        default: 2,
        absent: 'zero',
        ...above0('cluster.pubsub.history_gossip is invalid'),
        doc: 'Heartbeats during which a message is offered to peers outside the mesh.'
      }),
      history_length: option(int, {
        default: 6,
        absent: 'zero',
        ...above0('cluster.pubsub.history_length is invalid'),
        doc: 'Heartbeats during which a message can be asked for.'
      }),
      flood_publish: option(bool, { default: false, absent: 'zero', doc: 'Send own messages to all known peers.' })
    }),
    dial_peer_timeout: option(duration, {
      default: 3000,
      ...above0('cluster.dial_peer_timeout is invalid'),
      doc: 'How long connecting to a peer may take.'
    }),
    state_sync_interval: option(duration, {
      default: 300_000,
      ...above0('cluster.state_sync_interval is invalid'),
      doc: 'How often the pinset is compared with what the tracker knows; expired pins go then.'
    }),
    pin_recover_interval: option(duration, {
      default: 720_000,
      ...above0('cluster.pin_recover_interval is invalid'),
      doc: 'How often pins in error are tried again.'
    }),
    replication_factor_min: option(int, {
      default: -1,
      doc: 'Fewest copies of a pin that gives no number; -1: every peer.'
    }),
    replication_factor_max: option(int, {
      default: -1,
      doc: 'Most copies of a pin that gives no number; -1: every peer.'
    }),
    monitor_ping_interval: option(duration, {
      default: 15_000,
      ...above0('cluster.monitoring_interval is invalid'),
      doc: 'How often this peer says that it lives. It counts as gone after twice that.'
    }),
    peer_watch_interval: option(duration, {
      default: 5000,
      ...above0('cluster.peer_watch_interval is invalid'),
      doc: 'How often the members of the cluster are looked up.'
    }),
    mdns_interval: option(duration, {
      default: 10_000,
      doc: 'How often peers of the local network are looked for; 0: never.'
    }),
    pin_only_on_trusted_peers: option(bool, {
      default: false,
      absent: 'zero',
      doc: 'Place pins on trusted peers alone.'
    }),
    pin_only_on_untrusted_peers: option(bool, {
      default: false,
      absent: 'zero',
      doc: 'Place pins on other than trusted peers.'
    }),
    disable_repinning: option(bool, {
      default: true,
      absent: 'zero',
      doc: 'Leave pins where they are when a peer goes away. False: they are placed anew on the others.'
    }),
    repair: group({
      after: option(duration, {
        default: 0,
        written: 'changed',
        ...notBelow0('cluster.repair.after is invalid'),
        doc: 'How long a peer may be away before its pins are placed anew, if `disable_repinning` is false; 0: as soon as it is missed.'
      }),
      concurrency: option(int, {
        default: 1000,
        written: 'changed',
        ...above0('cluster.repair.concurrency is invalid'),
        doc: 'Pins that this peer places anew at the same time; the next ones follow when their content is there.'
      })
    }),
    follower_mode: option(bool, {
      default: false,
      absent: 'zero',
      written: 'filled',
      doc: 'Follow the cluster without writing to it.'
    }),
    peerstore_file: option(text, {
      default: '',
      written: 'filled',
      doc: 'File with addresses of peers; "peerstore" when empty.'
    }),
    peer_addresses: option(addressList, {
      default: [],
      absent: 'zero',
      failure: (reason) => `error parsing peer_addresses: ${reason}`,
      doc: 'Addresses of peers to connect to first, each with its /p2p/ part.'
    })
  },
  checks: [
    {
      key: 'connection_manager.low_water',
      failure: ({ connectionManager: { lowWater, highWater } }) =>
        lowWater > highWater ? 'cluster.connection_manager.low_water is greater than high_water' : undefined
    },
    {
      key: 'pin_only_on_trusted_peers',
      failure: ({ pinOnlyOnTrustedPeers, pinOnlyOnUntrustedPeers }) =>
        pinOnlyOnTrustedPeers && pinOnlyOnUntrustedPeers
          ? 'cluster.pin_only_on_trusted_peers and pin_only_on_untrusted_peers cannot both be true'
          : undefined
    },
    {
      key: 'replication_factor_min',
      failure: ({ replicationFactorMin, replicationFactorMax }) =>
        replicationFailure(replicationFactorMin, replicationFactorMax)
    }
  ]
})
