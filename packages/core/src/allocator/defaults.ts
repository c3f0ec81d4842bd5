/** Metrics that peers must have to take pins, in the Go release v1.1.6: spread over groups, then the most room first. */
export const DEFAULT_ALLOCATE_BY: readonly string[] = ['tag:group', 'freespace']

/** Milliseconds between two lines about pins that nobody can take, and the peers that a line has. */
export const SHORTAGE_LOG_INTERVAL = 1000
export const SHORTAGE_LOG_PEERS = 20
