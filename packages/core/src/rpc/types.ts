import type { Bandwidth, PeerId } from '@ipfs-cluster/api'
import { msgpack } from '../codec/index.ts'
import type { IpfsPin, IpfsPinStatus } from '../ipfs/interface.ts'

const { boolean, cid, field, float, int, int64, Kind, list, nullable, optional, peerId, record } = msgpack
const { struct, text } = msgpack

// Types that only calls have, besides those of the msgpack codec (spec: wire 2.4).

export const peerIdsMsgpack: msgpack.MsgpackCodec<PeerId[] | null> = nullable(list(peerId))

export const textsMsgpack: msgpack.MsgpackCodec<string[] | null> = nullable(list(text))

export const bandwidthsMsgpack: msgpack.MsgpackCodec<Record<string, Bandwidth> | null> = nullable(
  record(
    struct<Bandwidth>({
      totalIn: optional('i', int64),
      totalOut: optional('o', int64),
      rateIn: optional('ri', float),
      rateOut: optional('ro', float)
    })
  )
)

/** By number on the wire. */
const IPFS_PIN_STATUSES: readonly IpfsPinStatus[] = ['bug', 'error', 'direct', 'recursive', 'indirect', 'unpinned']

export const ipfsPinStatusMsgpack: msgpack.MsgpackCodec<IpfsPinStatus> = {
  write: (writer, value) => writer.int(IPFS_PIN_STATUSES.indexOf(value)),
  read: (reader) => IPFS_PIN_STATUSES[reader.integer()] ?? 'bug',
  zero: () => 'bug',
  isEmpty: (value) => value === 'bug'
}

export const ipfsPinMsgpack: msgpack.MsgpackCodec<IpfsPin> = struct<IpfsPin>({
  cid: field('c', cid),
  status: field('t', ipfsPinStatusMsgpack)
})

/** A value of an IPFS configuration: whatever JSON can hold. */
export const anyMsgpack: msgpack.MsgpackCodec<unknown> = {
  write: writeAny,
  read: readAny,
  zero: () => null,
  isEmpty: (value) => value === null || value === undefined
}

function writeAny(writer: msgpack.MsgpackWriter, value: unknown): void {
  if (value === null || value === undefined) writer.nil()
  else if (typeof value === 'boolean') writer.boolean(value)
  else if (typeof value === 'string') writer.text(value)
  else if (typeof value === 'bigint' || Number.isSafeInteger(value)) writer.int(value as number | bigint)
  else if (typeof value === 'number') writer.float(value)
  else if (Array.isArray(value)) list(anyMsgpack).write(writer, value)
  else record(anyMsgpack).write(writer, value as Record<string, unknown>)
}

function readAny(reader: msgpack.MsgpackReader): unknown {
  switch (reader.peek()) {
    case Kind.TRUE:
    case Kind.FALSE:
      return boolean.read(reader)
    case Kind.RAW:
      return text.read(reader)
    case Kind.ARRAY:
      return list(anyMsgpack).read(reader)
    case Kind.MAP:
      return record(anyMsgpack).read(reader)
    case Kind.INT:
    case Kind.UINT:
      return int.read(reader)
    default:
      return float.read(reader)
  }
}
