import { varint } from 'multiformats'
import { CID } from 'multiformats/cid'

/** What an answer says. A number that is not among them comes from a newer node and is taken as {@link Status.BUSY}. */
export const Status = { BLOCK: 1, ABSENT: 2, BUSY: 3 } as const

/** An answer; the block is a view of the message. */
export interface Answer {
  status: number
  block: Uint8Array
}

const WANTS_CIDS = 1
const ANSWER_STATUS = 1
const ANSWER_BLOCK = 2

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5
const EMPTY = new Uint8Array(0)

/** A message with wants, its length before it. */
export function encodeWants(cids: readonly CID[]): Uint8Array {
  const fields = cids.map(({ bytes }) => Buffer.concat([head(WANTS_CIDS, bytes.length), bytes]))
  const body = Buffer.concat(fields)
  return Buffer.concat([encodeVarint(body.length), body])
}

/** @throws Error when the bytes are no such message */
export function decodeWants(message: Uint8Array): CID[] {
  const cids: CID[] = []
  for (const { field, bytes } of fieldsOf(message)) if (field === WANTS_CIDS) cids.push(CID.decode(bytes.slice()))
  return cids
}

/** What comes before the bytes of a block in its answer, the length of the message included. */
export function encodeBlockHead(length: number): Uint8Array {
  const fields = Buffer.concat([encodeStatus(Status.BLOCK), head(ANSWER_BLOCK, length)])
  return Buffer.concat([encodeVarint(fields.length + length), fields])
}

/** An answer without a block, its length before it. */
export function encodeRefusal(status: number): Uint8Array {
  const fields = encodeStatus(status)
  return Buffer.concat([encodeVarint(fields.length), fields])
}

/** @throws Error when the bytes are no such message */
export function decodeAnswer(message: Uint8Array): Answer {
  const answer: Answer = { status: Status.BUSY, block: EMPTY }
  for (const { field, value, bytes } of fieldsOf(message)) {
    if (field === ANSWER_STATUS) answer.status = value
    else if (field === ANSWER_BLOCK) answer.block = bytes
  }
  return answer
}

interface Field {
  field: number
  /** Of a number. */
  value: number
  /** Of anything else. */
  bytes: Uint8Array
}

function* fieldsOf(message: Uint8Array): Generator<Field> {
  let offset = 0
  const next = (): number => {
    const [value, length] = varint.decode(message, offset)
    offset += length
    return value
  }
  while (offset < message.length) {
    const tag = next()
    const wireType = tag % 8
    const field = Math.floor(tag / 8)
    if (wireType === VARINT) {
      yield { field, value: next(), bytes: EMPTY }
      continue
    }
    const end = lengthOf(wireType, next) + offset
    if (end > message.length) throw new Error('a field is longer than its message')
    yield { field, value: 0, bytes: message.subarray(offset, end) }
    offset = end
  }
}

function lengthOf(wireType: number, next: () => number): number {
  if (wireType === BYTES) return next()
  if (wireType === FIXED64) return 8
  if (wireType === FIXED32) return 4
  throw new Error(`a field of the unknown type ${wireType}`)
}

function encodeStatus(status: number): Uint8Array {
  return Uint8Array.of(ANSWER_STATUS * 8 + VARINT, status)
}

function head(field: number, length: number): Uint8Array {
  return Buffer.concat([Uint8Array.of(field * 8 + BYTES), encodeVarint(length)])
}

function encodeVarint(value: number): Uint8Array {
  return varint.encodeTo(value, new Uint8Array(varint.encodingLength(value)))
}
