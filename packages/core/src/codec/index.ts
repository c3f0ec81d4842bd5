/**
 * @packageDocumentation
 *
 * The binary forms of the api types: protobuf, in which pins are stored and travel in CRDT deltas, and the keys they
 * are stored under.
 *
 * @example
 * const bytes = encodePin(pin)
 * const same = decodePin(bytes)
 * await store.put(pinKey(pin.cid), bytes)
 */
export { peerIdFromBytes, peerIdToBytes } from '@ipfs-cluster/api'
export { multiaddrFromBytes, multiaddrToBytes } from './multiaddr.ts'
export { pinKey, pinKeyToCid } from './pin-key.ts'
export { decodePin, encodePin } from './pin.ts'
export { ProtobufReader, WireType } from './protobuf/reader.ts'
export { ProtobufWriter } from './protobuf/writer.ts'
