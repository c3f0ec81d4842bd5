/** As in the Go release: a header block must be here within 5 s, an idle connection is kept for 2 minutes. */
export const DEFAULT_READ_HEADER_TIMEOUT = 5_000
export const DEFAULT_IDLE_TIMEOUT = 120_000

/** The Go release lets this many bytes more pass than its configuration says. */
export const HEADER_SLACK = 4096
export const DEFAULT_MAX_HEADER_BYTES = 4096

/** Long enough for a short request to end, short enough for a service manager that waits for the stop. */
export const DEFAULT_STOP_GRACE = 5_000

/** How often expired header blocks are looked for. */
export const CONNECTION_CHECK_INTERVAL = 1_000

/** Lines are sent together until they make this many characters, or the source has no more at hand. */
export const STREAM_CHUNK = 64 * 1024

/** Milliseconds of lines, of all answers together, after which others get their turn. */
export const STREAM_TURN = 10

/**
 * How long the rest of a body is read and dropped after an answer that did not need it. Closing at once would make the
 * kernel reset the connection, and a client that is still sending would never see the answer.
 */
export const LINGER = 500

export const DEFAULT_EXPOSED_HEADERS: readonly string[] = [
  'Content-Type',
  'X-Stream-Output',
  'X-Chunked-Output',
  'X-Content-Length'
]

/** Realm of the authentication, as the Go release names it. */
export const REALM = 'Restricted IPFS Cluster API'

/** Milliseconds that aborted answers are given to say why they end. */
export const LAST_WORDS = 250
