export {
  boolean,
  bytes,
  decodeMsgpack,
  empty,
  encodeMsgpack,
  everyKey,
  field,
  float,
  int,
  int64,
  list,
  nullable,
  optional,
  readValue,
  record,
  struct,
  text,
  uint,
  uint64,
  view
} from './codec.ts'
export type { MsgpackCodec, MsgpackField, MsgpackFields } from './codec.ts'
export { MsgpackFramer } from './framer.ts'
export type { MsgpackFramerInit } from './framer.ts'
export { Kind } from './header.ts'
export { cid, multiaddr, peerId, pinMode, pinType, time, trackerStatus } from './kinds.ts'
export { MsgpackReader } from './reader.ts'
export * from './types.ts'
export { MsgpackWriter } from './writer.ts'
