import type { PeerId, PinInfo, StatusFilter, TrackerStatus } from '@ipfs-cluster/api'
import { encodeBase32Upper, peerIdToBytes, statusFromBits, Time } from '@ipfs-cluster/api'
import { msgpack, pinKey, pinKeyToCid } from '../codec/index.ts'
import type { Answerer, ListedPin, PinListing, PinUnderWay, Rest } from '../pintracker/index.ts'
import { unpinnedInfo } from '../pintracker/index.ts'
import type { StreamingMethod } from '../rpc/index.ts'
import { SERVICES } from '../rpc/index.ts'
import { messageOf } from '../util/errors.ts'

const { decodeMsgpack, encodeMsgpack, pinInfoMsgpack, text } = msgpack
const { StatusAll } = SERVICES.PinTracker

/** The call of the Go release by which a peer lists its pins, each as the bytes of its state. */
export const REPORTS: StreamingMethod<StatusFilter, Uint8Array> = {
  ...StatusAll,
  reply: { ...msgpack.view, read: (reader) => reader.rest() }
}

/** What a pin at rest may be; of the rest of the states there is more to say. */
const STATUSES: ReadonlySet<TrackerStatus> = new Set<TrackerStatus>(['pinned', 'remote', 'sharded'])

/** Keys of a state, as they are written (wire format of the Go release v1.1.6). */
const KEY = {
  cid: keyOf('c'),
  peer: keyOf('p'),
  /** Said of the pin: the peer that asks knows it itself. */
  common: ['m', 'o', 'g', 't', 'md'].map(keyOf),
  /** Said of who answers, in this order. */
  answerer: ['pn', 'i', 'ia'].map(keyOf),
  status: keyOf('st'),
  timestamp: keyOf('ts')
}

/** Members that say nothing: no error, no attempts, no priority. */
const NOTHING = [
  Buffer.concat([keyOf('e'), encodeMsgpack(text, '')]),
  Buffer.concat([keyOf('a'), encodeMsgpack(msgpack.int, 0)]),
  Buffer.concat([keyOf('y'), encodeMsgpack(msgpack.boolean, false)])
]

function keyOf(key: string): Uint8Array {
  return encodeMsgpack(text, key)
}

/**
 * What a peer of the Go release lists, in the parts in which it came. Such a peer sends half a kilobyte for each pin, of
 * which nearly all is known or the same for all of them; of pins at rest no more is read than what may differ.
 *
 * @throws ClusterError `ERR_BAD_ENCODING` when a state that has to be read in full is malformed
 */
export async function* reportedListing(
  peer: PeerId,
  parts: AsyncIterable<readonly Uint8Array[]>
): AsyncGenerator<PinListing, void, undefined> {
  const reader = new ReportReader(peer)
  for await (const part of parts) {
    let pins: ListedPin[] = []
    let { answerer } = reader
    for (const bytes of part) {
      const pin = reader.read(bytes)
      if (reader.answerer !== answerer) {
        if (pins.length > 0) yield { answerer, pins }
        pins = []
        answerer = reader.answerer
      }
      pins.push(pin)
    }
    if (pins.length > 0) yield { answerer, pins }
  }
}

/** What is read of a state at rest. */
interface Report {
  readonly cid: Uint8Array
  readonly rest: Rest
  /** What is said of who answers. */
  readonly said: Uint8Array
}

class ReportReader {
  readonly #peer: PeerId
  readonly #peerBytes: Uint8Array
  #said: Uint8Array | undefined
  #answerer: Answerer

  constructor(peer: PeerId) {
    this.#peer = peer
    this.#peerBytes = peerIdToBytes(peer)
    this.#answerer = { peerId: peer, peername: '', ipfsPeerId: '', ipfsPeerAddresses: [] }
  }

  /** Who has answered last. */
  get answerer(): Answerer {
    return this.#answerer
  }

  read(bytes: Uint8Array): ListedPin {
    const report = this.#readReport(bytes)
    if (report === undefined) return pinOf(decodeMsgpack(pinInfoMsgpack, bytes))
    if (this.#said === undefined || Buffer.compare(this.#said, report.said) !== 0) {
      const { peername, ipfsPeerId, ipfsPeerAddresses } = decodeMsgpack(pinInfoMsgpack, bytes)
      this.#answerer = { peerId: this.#peer, peername, ipfsPeerId, ipfsPeerAddresses }
      this.#said = new Uint8Array(report.said)
    }
    return new ReportedPin(report, bytes, this.#answerer)
  }

  /** @returns undefined when it has to be read in full, which tells what is wrong with it if anything is */
  #readReport(bytes: Uint8Array): Report | undefined {
    try {
      return this.#tryRead(bytes)
    } catch {
      return undefined
    }
  }

  /** @returns undefined when there is more in it than is said of a pin at rest */
  #tryRead(bytes: Uint8Array): Report | undefined {
    const reader = new msgpack.MsgpackReader(bytes)
    if (reader.peek() !== msgpack.Kind.MAP) return undefined
    let cid: Uint8Array | undefined
    let status: TrackerStatus | undefined
    let timestamp: number | undefined
    let said = { start: 0, end: 0 }
    for (let left = reader.mapHeader(); left > 0; left--) {
      const start = reader.offset
      if (reader.tryEncoded(KEY.cid)) cid = reader.bytes()
      else if (reader.tryEncoded(KEY.status)) status = statusFromBits(reader.integer())
      else if (reader.tryEncoded(KEY.timestamp)) timestamp = secondsOf(reader.bytes())
      else if (reader.tryEncoded(KEY.peer)) {
        if (Buffer.compare(reader.bytes(), this.#peerBytes) !== 0) return undefined
      } else if (passesOver(reader, KEY.answerer)) {
        said = { start: said.end === 0 ? start : said.start, end: reader.offset }
      } else if (!passesOver(reader, KEY.common) && !NOTHING.some((member) => reader.tryEncoded(member)))
        return undefined
    }
    if (cid === undefined || status === undefined || timestamp === undefined || !STATUSES.has(status)) return undefined
    return { cid, rest: { status, timestamp }, said: bytes.subarray(said.start, said.end) }
  }
}

/** A pin at rest whose state is read in full when it is asked for. */
class ReportedPin implements PinUnderWay {
  readonly key: string
  readonly rest: Rest
  readonly value: undefined
  readonly #bytes: Uint8Array
  readonly #answerer: Answerer

  constructor({ cid, rest }: Report, bytes: Uint8Array, answerer: Answerer) {
    this.key = encodeBase32Upper(cid)
    this.rest = rest
    this.#bytes = bytes
    this.#answerer = answerer
  }

  /** What cannot be read shows as an error of this pin, since the list is under way. */
  get info(): PinInfo {
    try {
      return decodeMsgpack(pinInfoMsgpack, this.#bytes)
    } catch (err) {
      const unknown = unpinnedInfo(pinKeyToCid(this.key), this.#answerer, Time.ZERO)
      return { ...unknown, status: 'cluster_error', error: messageOf(err) }
    }
  }
}

function pinOf(info: PinInfo): ListedPin {
  return { key: pinKey(info.cid), info }
}

/** Passes over a member with one of these keys, if the next one has. */
function passesOver(reader: msgpack.MsgpackReader, keys: readonly Uint8Array[]): boolean {
  for (const key of keys) {
    if (!reader.tryEncoded(key)) continue
    reader.skip()
    return true
  }
  return false
}

/** @returns undefined for a time with a fraction or of another century: see the time of msgpack */
function secondsOf(bytes: Uint8Array): number | undefined {
  if (bytes.length !== 4) return undefined
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0)
}
