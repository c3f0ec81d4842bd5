/** Defaults of the Go release v1.1.6; times in milliseconds. */
export const DEFAULT_METRIC_TTL = 30_000
export const DEFAULT_NUMPIN_TTL = 10_000
export const DEFAULT_WEIGHT_BUCKET_SIZE = 100_000

/** What a plugin may tell: it must neither keep the peer busy nor fill the memory of the others. */
export const MIN_PLUGIN_TTL = 1000
export const MAX_READINGS = 64
export const MAX_NAME_LENGTH = 256
export const MAX_VALUE_LENGTH = 16 * 1024

/** One in so many readings that cannot be told is logged. */
export const LOG_EVERY = 10
