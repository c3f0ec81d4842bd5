/**
 * @packageDocumentation
 *
 * The binary forms of the api types: protobuf, in which pins are stored and travel in CRDT deltas; msgpack, in which
 * peers talk to each other; and the keys that pins are stored under.
 *
 * @example
 * const bytes = encodePin(pin)
 * await store.put(pinKey(pin.cid), bytes)
 *
 * const message = msgpack.encodeMsgpack(msgpack.pinMsgpack, pin)
 *
 * interface Header { service: string, method: string }
 * const header = msgpack.struct<Header>({
 *   service: msgpack.field('Name', msgpack.text),
 *   method: msgpack.field('Method', msgpack.text)
 * })
 */
export { peerIdFromBytes, peerIdToBytes } from '@ipfs-cluster/api'
export * as msgpack from './msgpack/index.ts'
export { multiaddrFromBytes, multiaddrToBytes } from './multiaddr.ts'
export { pinKey, pinKeyToCid } from './pin-key.ts'
export { decodePin, encodePin, pinFields, storedSeconds, writePin } from './pin.ts'
export type { PinFields } from './pin.ts'
export { ProtobufReader, WireType } from './protobuf/reader.ts'
export { ProtobufWriter } from './protobuf/writer.ts'
export { LineBuffer, words } from './line-buffer.ts'
export { putStoredPin, putStoredPinStatus } from './stored-pin-line.ts'
export type { StoredPinTimes } from './stored-pin-line.ts'
export { readPinAllocations, readPinDemand, readPinPlace, readPinSummary } from './stored-pin-summary.ts'
export type { PinDemand, PinPlace, PinSummary } from './stored-pin-summary.ts'
