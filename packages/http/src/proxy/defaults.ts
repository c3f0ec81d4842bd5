import { VERSION } from '@ipfs-cluster/api'

/** The Go release alone, as clients know it; what is behind the plus is ours. */
export const SERVER: string = `ipfs-cluster/ipfsproxy/${VERSION.split('+', 1)[0]}`

/** The settings of a fresh `service.json`. */
export const DEFAULT_NODE_MULTIADDRESS = '/ip4/127.0.0.1/tcp/5001'
export const DEFAULT_IDLE_TIMEOUT = 60_000
export const DEFAULT_EXTRACT_HEADERS_PATH = '/api/v0/version'
export const DEFAULT_EXTRACT_HEADERS_TTL = 300_000

/** Milliseconds for a connection to the node to come about. */
export const CONNECT_TIMEOUT = 10_000

/** Milliseconds for the node to say which headers it would send: every hijacked answer waits for that. */
export const HEADERS_TIMEOUT = 5_000

/** Milliseconds after which a node that did not say so is asked again. */
export const HEADERS_RETRY = 1_000

/** Origins whose headers are remembered; a page is one origin, so more is no honest use. */
export const MAX_ORIGINS = 64

/** Largest answer of the node that is taken as one piece: an error, or what it says of its repository. */
export const MAX_SMALL_ANSWER = 64 * 1024

/** Failures that are told one by one in the trailer; of more only the number. */
export const MAX_TOLD_FAILURES = 16
