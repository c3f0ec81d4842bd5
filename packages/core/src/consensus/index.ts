/**
 * @packageDocumentation
 *
 * How the peers of a cluster come to agree on the pinset. The interface is here; `consensus/crdt` is the kind that needs
 * no leader and works while peers are away.
 */
export type * from './interface.ts'
