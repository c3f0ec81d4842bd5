import { ClusterError } from '@ipfs-cluster/api'
import { CID } from 'multiformats/cid'
import { ProtobufReader, ProtobufWriter } from '../../codec/index.ts'
import { MAX_CIDS } from './defaults.ts'

/** A stretch of the DAG: everything from `wanted` down, but not `known` and what lies below it. */
export interface StretchRequest {
  readonly wanted: readonly CID[]
  /** Blocks that the asker has, together with everything below them. */
  readonly known: readonly CID[]
}

/** What a peer asks another one for. `unknown` is a question of a newer version. */
export type Request =
  { kind: 'heads' } | ({ kind: 'stretch' } & StretchRequest) | { kind: 'follow' } | { kind: 'unknown' }

/** How an answer ended. */
export const EndStatus = {
  /** Everything was sent that is there. */
  DONE: 1,
  /** There may be more; ask again for what is still missing. */
  LIMIT: 2,
  /** The other side does not know such requests. */
  UNKNOWN_REQUEST: 3,
  /** Ask somebody else, or later. */
  BUSY: 4
} as const
export type EndStatus = (typeof EndStatus)[keyof typeof EndStatus]

/** One message of an answer: whatever fields it has. */
export interface Answer {
  readonly heads: readonly CID[]
  /** Views of the message that was read. */
  readonly blocks: readonly Uint8Array[]
  /** Nothing comes behind the message that has it. A number that is not among {@link EndStatus} is a failure. */
  readonly end?: number
}

const RequestField = { HEADS: 1, STRETCH: 2, FOLLOW: 3 } as const
const StretchField = { WANTED: 1, KNOWN: 2 } as const
const AnswerField = { HEADS: 1, BLOCKS: 2, END: 3 } as const

export function encodeRequest(request: Exclude<Request, { kind: 'unknown' }>): Uint8Array {
  const writer = new ProtobufWriter()
  if (request.kind === 'heads') return writer.message(RequestField.HEADS, () => {}).finish()
  if (request.kind === 'follow') return writer.message(RequestField.FOLLOW, () => {}).finish()
  return writer
    .message(RequestField.STRETCH, () => {
      for (const { bytes } of request.wanted) writer.alwaysBytes(StretchField.WANTED, bytes)
      for (const { bytes } of request.known) writer.alwaysBytes(StretchField.KNOWN, bytes)
    })
    .finish()
}

/** @throws ClusterError `ERR_BAD_ENCODING`, or what a CID that is none throws */
export function decodeRequest(bytes: Uint8Array): Request {
  let request: Request = { kind: 'unknown' }
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.field === RequestField.HEADS || reader.field === RequestField.FOLLOW) {
      request = { kind: reader.field === RequestField.HEADS ? 'heads' : 'follow' }
      reader.skip()
    } else if (reader.field === RequestField.STRETCH) {
      reader.message(() => (request = readStretch(reader)))
    } else reader.skip()
  }
  return request
}

function readStretch(reader: ProtobufReader): Request {
  const wanted: CID[] = []
  const known: CID[] = []
  while (reader.next()) {
    if (reader.field === StretchField.WANTED) wanted.push(readCid(reader, wanted))
    else if (reader.field === StretchField.KNOWN) known.push(readCid(reader, known))
    else reader.skip()
  }
  return { kind: 'stretch', wanted, known }
}

export function encodeAnswer({ heads = [], blocks = [], end = 0 }: Partial<Answer>): Uint8Array {
  const writer = new ProtobufWriter()
  for (const { bytes } of heads) writer.alwaysBytes(AnswerField.HEADS, bytes)
  for (const bytes of blocks) writer.alwaysBytes(AnswerField.BLOCKS, bytes)
  return writer.uint64(AnswerField.END, end).finish()
}

/** @throws ClusterError `ERR_BAD_ENCODING`, or what a CID that is none throws */
export function decodeAnswer(bytes: Uint8Array): Answer {
  const heads: CID[] = []
  const blocks: Uint8Array[] = []
  let end = 0
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.field === AnswerField.HEADS) heads.push(readCid(reader, heads))
    else if (reader.field === AnswerField.BLOCKS) blocks.push(reader.bytes())
    else if (reader.field === AnswerField.END) end = reader.uint32()
    else reader.skip()
  }
  return { heads, blocks, ...(end !== 0 && { end }) }
}

function readCid(reader: ProtobufReader, before: readonly CID[]): CID {
  if (before.length >= MAX_CIDS) throw new ClusterError('ERR_BAD_ENCODING', `a message with more than ${MAX_CIDS} CIDs`)
  return CID.decode(new Uint8Array(reader.bytes()))
}
