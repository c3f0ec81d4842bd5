/** Metrics that peers must have to take pins, in the Go release v1.1.6: spread over groups, then the most room first. */
export const DEFAULT_ALLOCATE_BY: readonly string[] = ['tag:group', 'freespace']
