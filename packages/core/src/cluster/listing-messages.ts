import type { StatusFilter, TrackerStatus } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import { msgpack } from '../codec/index.ts'
import type { Answerer, ListedPin, PinListing } from '../pintracker/index.ts'
import { defineService, streaming } from '../rpc/index.ts'

// How peers of ours tell each other the state of their pins: many to a message, and of those at rest the stored form of
// the pin and a byte, where a call of the Go release takes several times as much.

/** What a message says of who sends it, and its pins. */
interface ListingMessage extends Omit<Answerer, 'peerId'> {
  pins: Uint8Array
}

const { field, int, list, multiaddr, optional, peerId, struct, text, view } = msgpack

const listingMessage: msgpack.MsgpackCodec<ListingMessage> = struct<ListingMessage>({
  peername: optional('pn', text),
  ipfsPeerId: optional('i', peerId),
  ipfsPeerAddresses: optional('ia', list(multiaddr)),
  pins: field('p', view)
})

const filter: msgpack.MsgpackCodec<StatusFilter> = int

/** Methods that only peers of ours have, in the protocol for those. */
export const EXTENSIONS = {
  PinTracker: defineService('PinTracker', { List: streaming(filter, listingMessage, 'trusted') })
} as const

/** By the byte that stands for them. */
const STATUSES: readonly TrackerStatus[] = ['pinned', 'unexpectedly_unpinned', 'remote', 'sharded']
/** The byte for an item that is told of in full, by its msgpack form. */
const IN_FULL = 0xff

/** A status, and the lengths of key and value in four bytes each. */
const HEAD = 9

const NOTHING = new Uint8Array(0)

const KEY = /^[A-Z2-7]+$/

export async function* messagesOf(listing: AsyncIterable<PinListing>): AsyncGenerator<ListingMessage, void, undefined> {
  for await (const { answerer, pins } of listing) {
    const { peername, ipfsPeerId, ipfsPeerAddresses } = answerer
    yield { peername, ipfsPeerId, ipfsPeerAddresses, pins: encodePins(pins) }
  }
}

/** @throws ClusterError `ERR_BAD_ENCODING` when a message is malformed */
export async function* listingIn(
  peer: string,
  messages: AsyncIterable<ListingMessage>
): AsyncGenerator<PinListing, void, undefined> {
  let answerer: Answerer = { peerId: peer, peername: '', ipfsPeerId: '', ipfsPeerAddresses: [] }
  for await (const { pins, ...said } of messages) {
    if (!isSame(said, answerer)) answerer = { peerId: peer, ...said }
    yield { answerer, pins: decodePins(pins) }
  }
}

/** Who answers seldom changes: what is made of it once is used again. */
function isSame(a: Omit<Answerer, 'peerId'>, b: Answerer): boolean {
  const addresses = (each: Omit<Answerer, 'peerId'>): string => each.ipfsPeerAddresses.join()
  return a.peername === b.peername && a.ipfsPeerId === b.ipfsPeerId && addresses(a) === addresses(b)
}

function encodePins(pins: readonly ListedPin[]): Uint8Array {
  const values = pins.map((pin) => pin.value ?? msgpack.encodeMsgpack(msgpack.pinInfoMsgpack, pin.info))
  const size = pins.reduce((sum, { key }, i) => sum + HEAD + key.length + (values[i]?.length ?? 0), 0)
  const bytes = Buffer.allocUnsafe(size)
  let at = 0
  for (const [i, pin] of pins.entries()) {
    const value = values[i] ?? NOTHING
    bytes[at] = pin.value === undefined ? IN_FULL : STATUSES.indexOf(pin.status)
    bytes.writeUInt32BE(pin.key.length, at + 1)
    bytes.writeUInt32BE(value.length, at + 5)
    at += HEAD
    at += bytes.write(pin.key, at, 'latin1')
    bytes.set(value, at)
    at += value.length
  }
  return bytes
}

function decodePins({ buffer, byteOffset, byteLength }: Uint8Array): ListedPin[] {
  const bytes = Buffer.from(buffer, byteOffset, byteLength)
  const pins: ListedPin[] = []
  for (let at = 0; at < bytes.length;) {
    if (bytes.length - at < HEAD) throw malformed('it is cut short')
    const form = bytes[at] ?? IN_FULL
    const keyEnd = at + HEAD + bytes.readUInt32BE(at + 1)
    const end = keyEnd + bytes.readUInt32BE(at + 5)
    if (end > bytes.length) throw malformed('it is cut short')
    pins.push(decodePin(form, bytes.toString('latin1', at + HEAD, keyEnd), bytes.subarray(keyEnd, end)))
    at = end
  }
  return pins
}

function decodePin(form: number, key: string, value: Uint8Array): ListedPin {
  if (!KEY.test(key)) throw malformed('a key is none')
  if (form === IN_FULL) return { key, info: msgpack.decodeMsgpack(msgpack.pinInfoMsgpack, value) }
  const status = STATUSES[form]
  if (status === undefined) throw malformed(`there is no status ${form}`)
  return { key, value, status }
}

function malformed(reason: string): ClusterError {
  return new ClusterError('ERR_BAD_ENCODING', `malformed list of pins: ${reason}`)
}
