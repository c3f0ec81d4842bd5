/**
 * @packageDocumentation
 *
 * The words that all parts of IPFS Cluster share: pins, their state, peers, metrics, errors, and the JSON form of
 * each as the Go release v1.1.6 writes it. Depends on multiformats alone, so a browser can load it.
 */
export * from './add.ts'
export * from './duration.ts'
export * from './errors.ts'
export * from './health.ts'
export * from './id.ts'
export * from './metric.ts'
export * from './peer.ts'
export * from './pin-info.ts'
export * from './pin.ts'
export * from './status.ts'
export * from './time.ts'
