/**
 * @packageDocumentation
 *
 * The words that all parts of IPFS Cluster share: pins, their state, peers, metrics, errors, and the JSON form of
 * each as the Go release v1.1.6 writes it. Depends on multiformats alone, so a browser can load it.
 *
 * @example
 * const pin = pinFromJSON(parseJSON(text))
 * console.log(stringify(pinToJSON(pin), 4))
 */
export * from './add-defaults.ts'
export * from './add.ts'
export * from './bounded-cache.ts'
export { cidBytesToText, cidToText, commonCidTextToBytes } from './cid-text.ts'
export * from './cid.ts'
export * from './duration.ts'
export * from './encoding/base32.ts'
export * from './encoding/base58.ts'
export * from './errors.ts'
export * from './filters.ts'
export * from './go-values.ts'
export * from './health.ts'
export * from './id.ts'
export * from './json/index.ts'
export * from './metric.ts'
export * from './multiaddr.ts'
export * from './operator.ts'
export * from './peer-id.ts'
export * from './peer.ts'
export * from './pin-defaults.ts'
export * from './pin-info.ts'
export * from './pin.ts'
export * from './query/index.ts'
export * from './status.ts'
export * from './time.ts'
export * from './version.ts'
