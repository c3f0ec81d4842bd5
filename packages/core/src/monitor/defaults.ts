/** Defaults of the Go release v1.1.6, in milliseconds. */
export const DEFAULT_PING_INTERVAL = 15_000
export const DEFAULT_CHECK_INTERVAL = 15_000

/** A list of alerts that grows longer than this is emptied, as in Go. */
export const MAX_ALERTS = 1000

/** One in so many failures to measure is logged. */
export const LOG_EVERY = 10

/** Peers that have just come are told our metrics together. */
export const GREETING_DELAY = 200

/** Time between two greetings for each member, so that all greetings of a cluster come to the same, and its most. */
export const GREETING_INTERVAL_PER_MEMBER = 100
export const GREETING_INTERVAL_MAX = 5000

/** Lines a minute about alerts: a large cluster that falls apart has some hundred, a peer that means harm any number. */
export const MAX_ALERT_LINES = 500
