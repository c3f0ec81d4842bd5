import {
  cidFromBytes,
  isDefined,
  peerIdFromBytes,
  peerIdToBytes,
  PinTypeBits,
  statusFromBits,
  Time,
  TrackerStatusBits,
  UNDEFINED_CID
} from '@ipfs-cluster/api'
import type { Multiaddr, PeerId, PinMode, PinType, TrackerStatus } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import { messageOf } from '../../util/errors.ts'
import { multiaddrFromBytes, multiaddrToBytes } from '../multiaddr.ts'
import { int, uint } from './codec.ts'
import type { MsgpackCodec } from './codec.ts'
import type { MsgpackReader } from './reader.ts'
import type { MsgpackWriter } from './writer.ts'

/** A CID in binary form; nil is {@link UNDEFINED_CID}. */
export const cid: MsgpackCodec<CID> = {
  write(writer, value) {
    if (isDefined(value)) writer.bytes(value.bytes)
    else writer.nil()
  },
  read(reader) {
    const bytes = reader.bytes()
    try {
      return cidFromBytes(bytes)
    } catch (err) {
      throw reader.fail(`invalid cid: ${messageOf(err)}`)
    }
  },
  zero: () => UNDEFINED_CID,
  isEmpty: (value) => !isDefined(value)
}

/** A peer ID as its multihash. An unknown peer is empty text, which can be written but not read (as in Go). */
export const peerId: MsgpackCodec<PeerId> = {
  write(writer, value) {
    if (value === '') writer.text('')
    else writer.bytes(peerIdToBytes(value))
  },
  read: (reader) => peerIdFromBytes(reader.bytes()),
  zero: () => '',
  isEmpty: (value) => value === ''
}

export const multiaddr: MsgpackCodec<Multiaddr> = {
  write(writer, value) {
    if (value === '') writer.text('')
    else writer.bytes(multiaddrToBytes(value))
  },
  read: (reader) => multiaddrFromBytes(reader.bytes()),
  zero: () => '',
  isEmpty: (value) => value === ''
}

/** Times travel in UTC; the zero time is nil. */
export const time: MsgpackCodec<Time> = {
  write: writeTime,
  read: readTime,
  zero: () => Time.ZERO,
  isEmpty: (value) => value.isZero
}

export const pinMode: MsgpackCodec<PinMode> = {
  write: (writer, value) => writer.int(value === 'direct' ? 1 : 0),
  read: (reader) => (reader.integer() === 1 ? 'direct' : 'recursive'),
  zero: () => 'recursive',
  isEmpty: (value) => value === 'recursive'
}

const PIN_TYPE_BY_BITS = new Map(
  (Object.entries(PinTypeBits) as [PinType, number][]).map(([type, bits]) => [bits, type])
)

export const pinType: MsgpackCodec<PinType> = {
  write: (writer, value) => uint.write(writer, PinTypeBits[value]),
  read: (reader) => PIN_TYPE_BY_BITS.get(reader.integer()) ?? 'bad-type',
  zero: () => 'bad-type',
  isEmpty: () => false
}

export const trackerStatus: MsgpackCodec<TrackerStatus> = {
  write: (writer, value) => int.write(writer, TrackerStatusBits[value]),
  read: (reader) => statusFromBits(reader.integer()),
  zero: () => 'undefined',
  isEmpty: (value) => value === 'undefined'
}

const TWO_32 = 2 ** 32
const TWO_34 = 2 ** 34

/** The type of a timestamp extension, which Go takes though it never writes one. */
const TIMESTAMP = -1

/** Seconds in 4 bytes if they fit and there is no fraction, both in 8 if the seconds fit 34 bits, else 12. */
function writeTime(writer: MsgpackWriter, time: Time): void {
  const { seconds, nanoseconds } = time
  if (time.isZero) {
    writer.nil()
    return
  }
  const size = seconds < 0 || seconds >= TWO_34 ? 12 : nanoseconds === 0 && seconds < TWO_32 ? 4 : 8
  const buffer = Buffer.alloc(size)
  if (size === 4) {
    buffer.writeUInt32BE(seconds)
  } else if (size === 8) {
    buffer.writeBigUInt64BE((BigInt(nanoseconds) << 34n) | BigInt(seconds))
  } else {
    buffer.writeUInt32BE(nanoseconds)
    buffer.writeBigInt64BE(BigInt(seconds), 4)
  }
  writer.bytes(buffer)
}

function readTime(reader: MsgpackReader): Time {
  const extension = reader.tryExtension()
  if (extension !== undefined && extension.type !== TIMESTAMP)
    throw reader.fail(`extension ${extension.type} is no time`)
  const bytes = extension?.data ?? reader.bytes()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  switch (bytes.length) {
    case 4:
      return new Time(view.getUint32(0), 0, 0)
    case 8:
      return new Time(
        (view.getUint32(0) & 3) * TWO_32 + view.getUint32(4),
        checkFraction(reader, view.getUint32(0) >>> 2),
        0
      )
    case 12:
      return new Time(Number(view.getBigInt64(4)), checkFraction(reader, view.getUint32(0)), 0)
    default:
      throw reader.fail(`invalid length of bytes for decoding time - expecting 4 or 8 or 12, got ${bytes.length}`)
  }
}

function checkFraction(reader: MsgpackReader, nanoseconds: number): number {
  if (nanoseconds < 1e9) return nanoseconds
  throw reader.fail(`a fraction of ${nanoseconds} nanoseconds is a second or more`)
}
