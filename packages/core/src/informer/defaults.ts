/** Defaults of the Go release v1.1.6; times in milliseconds. */
export const DEFAULT_METRIC_TTL = 30_000
export const DEFAULT_WEIGHT_BUCKET_SIZE = 100_000
