import { ClusterError } from '@ipfs-cluster/api'
import { CID } from 'multiformats/cid'
import { ProtobufReader, ProtobufWriter } from '../../codec/index.ts'
import { MAX_CID_SIZE, MAX_WANTS } from './defaults.ts'

/** Whether the block is asked for, or only whether it is there. */
export type WantKind = 'block' | 'have'

/** What one peer wants of another, or no longer wants. */
export interface WantEntry {
  readonly cid: CID
  readonly kind: WantKind
  readonly cancel: boolean
  /** Whether to be told that the block is not there. */
  readonly sendDontHave: boolean
}

/** Whether a peer has a block. */
export interface Presence {
  readonly cid: CID
  readonly isThere: boolean
}

/** A block with what is needed to make its CID: all of the CID but the digest. */
export interface Payload {
  readonly prefix: Uint8Array
  readonly bytes: Uint8Array
}

/** A message of bitswap (spec: wire 4.8). Any part may be empty. */
export interface BitswapMessage {
  readonly wants: readonly WantEntry[]
  /** The wants are all there are, not additions to earlier ones. */
  readonly full: boolean
  readonly presences: readonly Presence[]
  readonly blocks: readonly Payload[]
}

/** What a message that was received says. A block is what its hash says it is, so its CID is not read. */
export interface ReceivedMessage extends Omit<BitswapMessage, 'blocks'> {
  /** Views of the message. */
  readonly blocks: readonly Uint8Array[]
}

/** What the versions of the protocol can say. */
export interface Dialect {
  /** `/ipfs/bitswap/1.2.0`: asking whether a block is there, and answers to that. */
  readonly presences: boolean
  /** From `/ipfs/bitswap/1.1.0` on blocks come with a prefix; before, all are CIDv0. */
  readonly prefixes: boolean
}

const MessageField = { WANTLIST: 1, RAW_BLOCKS: 2, PAYLOAD: 3, PRESENCES: 4 } as const
const WantlistField = { ENTRIES: 1, FULL: 2 } as const
const EntryField = { CID: 1, PRIORITY: 2, CANCEL: 3, TYPE: 4, SEND_DONT_HAVE: 5 } as const
const PayloadField = { PREFIX: 1, DATA: 2 } as const
const PresenceField = { CID: 1, TYPE: 2 } as const
const TYPE_HAVE = 1
const PRESENCE_DONT_HAVE = 1

/** Every want is as urgent as the others; Go peers take 0 for the least. */
const PRIORITY = 1

export function encodeMessage(message: BitswapMessage, dialect: Dialect): Uint8Array {
  const writer = new ProtobufWriter()
  if (message.wants.length > 0 || message.full) {
    writer.message(MessageField.WANTLIST, () => {
      for (const want of message.wants) writeWant(writer, want, dialect)
      writer.uint64(WantlistField.FULL, Number(message.full))
    })
  }
  for (const { prefix, bytes } of message.blocks) {
    if (!dialect.prefixes) writer.alwaysBytes(MessageField.RAW_BLOCKS, bytes)
    else {
      writer.message(MessageField.PAYLOAD, () => {
        writer.bytes(PayloadField.PREFIX, prefix).bytes(PayloadField.DATA, bytes)
      })
    }
  }
  if (dialect.presences) for (const presence of message.presences) writePresence(writer, presence)
  return writer.finish()
}

function writeWant(writer: ProtobufWriter, want: WantEntry, dialect: Dialect): void {
  writer.message(WantlistField.ENTRIES, () => {
    writer.bytes(EntryField.CID, want.cid.bytes).uint64(EntryField.PRIORITY, PRIORITY)
    writer.uint64(EntryField.CANCEL, Number(want.cancel))
    if (!dialect.presences) return
    writer.uint64(EntryField.TYPE, want.kind === 'have' ? TYPE_HAVE : 0)
    writer.uint64(EntryField.SEND_DONT_HAVE, Number(want.sendDontHave))
  })
}

function writePresence(writer: ProtobufWriter, { cid, isThere }: Presence): void {
  writer.message(MessageField.PRESENCES, () => {
    writer.bytes(PresenceField.CID, cid.bytes).uint64(PresenceField.TYPE, isThere ? 0 : PRESENCE_DONT_HAVE)
  })
}

/**
 * Reads a message. Of wants, presences and blocks no more than so many each are looked at: what is beyond is asked for
 * again by a peer that means it.
 *
 * @throws ClusterError `ERR_BAD_ENCODING`, or what a CID that is none throws
 */
export function decodeMessage(bytes: Uint8Array): ReceivedMessage {
  const wants: WantEntry[] = []
  const presences: Presence[] = []
  const blocks: Uint8Array[] = []
  let full = false
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    const { field } = reader
    if (field === MessageField.WANTLIST) {
      reader.message(() => {
        full = readWantlist(reader, wants) || full
      })
    } else if (field === MessageField.RAW_BLOCKS && blocks.length < MAX_WANTS) blocks.push(reader.bytes())
    else if (field === MessageField.PAYLOAD && blocks.length < MAX_WANTS)
      reader.message(() => readPayload(reader, blocks))
    else if (field === MessageField.PRESENCES && presences.length < MAX_WANTS) {
      reader.message(() => presences.push(readPresence(reader)))
    } else reader.skip()
  }
  return { wants, full, presences, blocks }
}

function readWantlist(reader: ProtobufReader, wants: WantEntry[]): boolean {
  let full = false
  while (reader.next()) {
    if (reader.field === WantlistField.ENTRIES && wants.length < MAX_WANTS) {
      reader.message(() => wants.push(readWant(reader)))
    } else if (reader.field === WantlistField.FULL) full = reader.uint32() !== 0
    else reader.skip()
  }
  return full
}

function readWant(reader: ProtobufReader): WantEntry {
  let cid: CID | undefined
  let cancel = false
  let kind: WantKind = 'block'
  let sendDontHave = false
  while (reader.next()) {
    if (reader.field === EntryField.CID) cid = copyCid(reader)
    else if (reader.field === EntryField.CANCEL) cancel = reader.uint32() !== 0
    else if (reader.field === EntryField.TYPE) kind = reader.uint32() === TYPE_HAVE ? 'have' : 'block'
    else if (reader.field === EntryField.SEND_DONT_HAVE) sendDontHave = reader.uint32() !== 0
    else reader.skip()
  }
  return { cid: cid ?? noCid(), kind, cancel, sendDontHave }
}

function readPayload(reader: ProtobufReader, blocks: Uint8Array[]): void {
  while (reader.next()) {
    if (reader.field === PayloadField.DATA) blocks.push(reader.bytes())
    else reader.skip()
  }
}

function readPresence(reader: ProtobufReader): Presence {
  let cid: CID | undefined
  let isThere = true
  while (reader.next()) {
    if (reader.field === PresenceField.CID) cid = copyCid(reader)
    else if (reader.field === PresenceField.TYPE) isThere = reader.uint32() !== PRESENCE_DONT_HAVE
    else reader.skip()
  }
  return { cid: cid ?? noCid(), isThere }
}

/** A copy: one CID that is remembered must not keep a message of megabytes alive. */
function copyCid(reader: ProtobufReader): CID {
  const bytes = reader.bytes()
  if (bytes.length > MAX_CID_SIZE) throw malformed(`a CID of ${bytes.length} bytes`)
  return CID.decode(new Uint8Array(bytes))
}

function noCid(): never {
  throw malformed('an entry without a CID')
}

function malformed(reason: string): ClusterError {
  return new ClusterError('ERR_BAD_ENCODING', `malformed bitswap message: ${reason}`)
}
