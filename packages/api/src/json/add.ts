import type { AddedOutput } from '../add.ts'
import { field, integer, list, nullable, optional, struct, text } from './codec.ts'
import type { JsonCodec } from './codec.ts'
import { cid, peerId } from './kinds.ts'

export const addedOutputCodec: JsonCodec<AddedOutput> = struct<AddedOutput>({
  name: field('name', text),
  cid: field('cid', nullable(cid)),
  bytes: optional('bytes', integer),
  size: optional('size', integer),
  allocations: optional('allocations', list(peerId))
})
