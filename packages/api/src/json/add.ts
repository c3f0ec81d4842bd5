import type { AddedOutput } from '../add.ts'
import { field, list, nullable, optional, struct, text, unsigned } from './codec.ts'
import type { JsonCodec } from './codec.ts'
import { document } from './document.ts'
import { peerId } from './kinds/address.ts'
import { cid } from './kinds/cid.ts'

export const addedOutputCodec: JsonCodec<AddedOutput> = struct<AddedOutput>({
  name: field('name', text),
  cid: field('cid', nullable(cid)),
  bytes: optional('bytes', unsigned),
  size: optional('size', unsigned),
  allocations: optional('allocations', list(peerId))
})

export const {
  toJSON: addedOutputToJSON,
  fromJSON: addedOutputFromJSON,
  toLine: encodeAddedOutputLine
} = document(addedOutputCodec)
