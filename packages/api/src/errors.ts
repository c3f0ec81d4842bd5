/** One kind of failure: what it means, what to do about it, and what an HTTP client is told. */
export interface ErrorKind {
  /** HTTP status that the REST API answers with. */
  readonly status: number
  /** What the user can do next, in one sentence. */
  readonly next: string
}

/**
 * Every failure that has a code. The code is stable: scripts and clients may match it. `docs/errors.md` is generated
 * from this table, so an entry is the documentation.
 */
export const ERRORS = {
  ERR_NOT_PINNED: {
    status: 404,
    next: 'Check the CID with `ipfs-cluster-ctl pin ls`; CIDv0 and CIDv1 of the same content are different pins.'
  },
  ERR_BAD_PATH: { status: 400, next: 'Give a path such as `/ipfs/bafy.../folder/file` or `/ipns/name`.' },
  ERR_BAD_PIN: {
    status: 500,
    next: 'The parts of a pin contradict each other; pin the content anew, or correct the file that was imported.'
  },
  ERR_BAD_REPLICATION_FACTOR: {
    status: 500,
    next: 'Give a minimum that is not above the maximum, both at least 1, or both -1 for every peer.'
  },
  ERR_ADD_OPTION: { status: 500, next: 'Correct the option of the add that the message names.' },
  ERR_BAD_REQUEST: { status: 400, next: 'Correct the argument that the message names.' },
  ERR_BAD_CAR: {
    status: 500,
    next: 'Make the CAR again, e.g. with `ipfs dag export`, and see that it arrives whole; nothing of it was pinned.'
  },
  ERR_BAD_CID: { status: 400, next: 'Give a CID such as `bafy...` or `Qm...`.' },
  ERR_BAD_ENCODING: {
    status: 500,
    next: 'The bytes come from a damaged store or an incompatible peer; compare `ipfs-cluster-ctl version` on both sides.'
  },
  ERR_BAD_JSON: { status: 400, next: 'Correct the member that the message names; the guide shows each document.' },
  ERR_BAD_EXPORT_FILE: {
    status: 400,
    next: 'Correct the line that the message names, or take an export that is whole; nothing was changed.'
  },
  ERR_BAD_MULTIADDR: { status: 400, next: 'Give a multiaddress such as `/ip4/10.1.2.3/tcp/4001/p2p/12D3KooW...`.' },
  ERR_BAD_PEER_ID: {
    status: 400,
    next: 'Give a peer ID such as `12D3KooW...`, as `ipfs-cluster-ctl peers ls` prints it.'
  },
  ERR_BAD_RESPONSE: {
    status: 0,
    next: 'What answered is no peer of this API, or the answer was cut short: check host and port, then the log of the peer.'
  },
  ERR_BUSY: { status: 409, next: 'Wait until the work that the message names has ended, or stop it.' },
  ERR_CONFIG: {
    status: 500,
    next: 'Correct the place that the message names in service.json, identity.json or the environment.'
  },
  ERR_EXPIRED: { status: 500, next: 'Give a time in the future, or none.' },
  ERR_FILE_ACCESS: {
    status: 500,
    next: 'Run the program as the user that owns the folder, or give it a folder of its own that it may write.'
  },
  ERR_FOLLOWER_MODE: { status: 500, next: 'Ask a peer that may write, or one who runs such a peer.' },
  ERR_DATASTORE: {
    status: 500,
    next: 'The message has the words of the system; check the disk and the rights of the folder, then start the peer again.'
  },
  ERR_DATASTORE_CORRUPT: {
    status: 500,
    next: 'Check the disk. Start with `--bootstrap` of a peer that has the pinset: the folder is set aside, and what is lost comes from there. With no other peer, move the folder away and `ipfs-cluster-service state import` an export.'
  },
  ERR_DATASTORE_FULL: {
    status: 507,
    next: 'Make room on the disk; the peer goes on by itself. Nothing that was acknowledged is lost.'
  },
  ERR_DATASTORE_LOCKED: {
    status: 503,
    next: 'Another ipfs-cluster-service uses this folder: stop it, or give this one a folder of its own with `--config`.'
  },
  ERR_DATASTORE_VERSION: {
    status: 500,
    next: 'Run the newer program that wrote this folder, or start with a new folder.'
  },
  ERR_IPFS: { status: 500, next: 'The IPFS node refused: its own words are in the message. Look at its log.' },
  ERR_IPFS_NODE_START: {
    status: 500,
    next: 'Free the address or folder that the message names, or set another one under `ipfs_node` in service.json.'
  },
  ERR_IPFS_TIMEOUT: {
    status: 500,
    next: 'See whether the IPFS node is overloaded, or raise the setting that the message names.'
  },
  ERR_IPFS_UNAVAILABLE: {
    status: 500,
    next: 'Start the IPFS node, or correct `ipfs_connector.ipfshttp.node_multiaddress` in service.json.'
  },
  ERR_UNPIN_DISABLED: {
    status: 500,
    next: 'Set `ipfs_connector.ipfshttp.unpin_disable` to false if this peer may unpin.'
  },
  ERR_BLOCK_PUT: {
    status: 500,
    next: 'See why the IPFS node does not take blocks: is it running, is its disk full? Then add again.'
  },
  ERR_NOT_IMPLEMENTED: { status: 501, next: 'Leave the option away; the message says what is missing.' },
  ERR_FOLDER_LOCKED: {
    status: 503,
    next: 'Stop the process that uses the folder, or give this one a folder of its own with `--config`.'
  },
  ERR_INTERNAL: {
    status: 500,
    next: 'Look at the log of the peer; if it says no more, this is a bug worth reporting.'
  },
  ERR_LISTEN: {
    status: 500,
    next: 'Stop the program that holds the address (a second daemon?), or change the listen multiaddress in service.json.'
  },
  ERR_MISSING_COMPONENT: { status: 500, next: 'Give the component that the message names when the peer is built.' },
  ERR_NOT_ENOUGH_PEERS: {
    status: 500,
    next: 'Lower `--replication-min`, start more peers, or see with `ipfs-cluster-ctl health metrics freespace` who can take pins.'
  },
  ERR_NOT_RUNNING: { status: 503, next: 'The peer is starting or stopping: ask again when it is ready.' },
  ERR_NOT_SUPPORTED: {
    status: 500,
    next: 'The consensus of this cluster has no such operation; the guide says which one has.'
  },
  ERR_NOT_TRUSTED: { status: 500, next: 'Add this peer to `trusted_peers` of the peer that refused.' },
  ERR_PEER_UNREACHABLE: {
    status: 500,
    next: 'Check that the peer runs, that it has the same secret, and that its address is in the peerstore.'
  },
  ERR_PIN_CONFLICT: { status: 500, next: 'Unpin the CID first, then pin it as you want it.' },
  ERR_PIN_PART: { status: 500, next: 'Unpin the CID that the add gave as its root; its parts go with it.' },
  ERR_PIN_QUEUE_FULL: {
    status: 500,
    next: 'It is tried again by itself when there is room. To let more pins wait, raise `pin_tracker.stateless.max_pin_queue_size`.'
  },
  ERR_PLUGIN: {
    status: 500,
    next: 'Correct the module that the message names, or take it out of service.json, and start the peer again; docs/plugins.md says what a module must do.'
  },
  ERR_RPC_REMOTE: { status: 500, next: 'The other peer failed: its own words are in the message. Look at its log.' },
  ERR_RPC_SERVER: {
    status: 500,
    next: 'The other peer does not know the call or cannot read it: compare `ipfs-cluster-ctl version` on both sides.'
  },
  ERR_SHUTTING_DOWN: { status: 500, next: 'Start the peer again, or ask another one.' },
  ERR_STREAM: {
    status: 500,
    next: 'The connection to the other peer broke: ask again; if it happens often, look at the logs of both.'
  },
  ERR_TOO_MANY_MARKS: { status: 500, next: 'Take away marks of peers that are no more, then set this one.' },
  ERR_TIMEOUT: { status: 0, next: 'Give it more time, or look at what keeps the peer busy.' },
  ERR_TLS: {
    status: 0,
    next: 'Check that the server speaks TLS on that port; `--no-check-certificate` takes any certificate, `--force-http` none.'
  },
  ERR_TLS_FILES: {
    status: 500,
    next: 'Set ssl_cert_file and ssl_key_file, both or none, to a certificate and its key in PEM that the peer may read.'
  },
  ERR_UNAUTHORIZED: { status: 401, next: 'Give the credentials of the API: `--basic-auth user:password`.' },
  ERR_UNREACHABLE: { status: 0, next: 'Check that the daemon runs, and that host and port are those of its REST API.' },
  ERR_UNREADABLE: { status: 0, next: 'Check that what is sent can be read to its end.' },
  ERR_WRONG_SECRET: {
    status: 500,
    next: 'Give all peers of the cluster the same `cluster.secret` in service.json, or CLUSTER_SECRET, and start them again.'
  }
} as const satisfies Record<string, ErrorKind>

/** Code of a failure. */
export type ErrorCode = keyof typeof ERRORS

/**
 * A failure with a stable code. The message is the one that clients of the Go release match, where there is one.
 *
 * @example
 * throw new ClusterError('ERR_NOT_PINNED', 'pin is not part of the pinset')
 */
export class ClusterError extends Error {
  readonly code: ErrorCode
  /** HTTP status that this failure is answered with. */
  readonly status: number

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ClusterError'
    this.code = code
    this.status = ERRORS[code].status
  }

  /** What the user can do next. */
  get next(): string {
    return ERRORS[this.code].next
  }
}
