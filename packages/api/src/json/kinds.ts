import type { CID } from 'multiformats/cid'
import { cidToText, isDefined, parseCid, UNDEFINED_CID } from '../cid.ts'
import { goQuote } from '../go-values.ts'
import { parsePeerId } from '../peer-id.ts'
import type { Multiaddr, PeerId } from '../peer.ts'
import type { PinMode, PinType } from '../pin.ts'
import type { TrackerStatus } from '../status.ts'
import { TrackerStatusBits } from '../status.ts'
import { Time } from '../time.ts'
import { parsed } from './codec.ts'
import type { JsonCodec } from './codec.ts'

/** A CID that a document may lack only when it stands for nothing: null is {@link UNDEFINED_CID}. */
export const cid: JsonCodec<CID> = parsed(
  'a CID',
  UNDEFINED_CID,
  (value) => (isDefined(value) ? cidToText(value) : null),
  parseCid
)

/** An empty text is accepted: the Go release prints it for a peer that is not known. */
export const peerId: JsonCodec<PeerId> = parsed<PeerId>('a peer ID', '', identity, (text) =>
  text === '' ? '' : parsePeerId(text)
)

// Only the start is checked: an address of a protocol that is newer than this release must not break a listing.
export const multiaddr: JsonCodec<Multiaddr> = parsed<Multiaddr>('a multiaddress', '', identity, (text) => {
  if (text.startsWith('/')) return text
  throw new SyntaxError(`failed to parse multiaddr ${goQuote(text)}: must begin with /`)
})

export const time: JsonCodec<Time> = {
  ...parsed('a time', Time.ZERO, String, (text) => Time.parse(text)),
  isEmpty: (value) => value.isZero
}

export const pinMode: JsonCodec<PinMode> = parsed<PinMode>('a pin mode', 'recursive', identity, parsePinMode)

export const pinType: JsonCodec<PinType> = parsed<PinType>('a pin type', 'bad-type', identity, parsePinType)

export const trackerStatus: JsonCodec<TrackerStatus> = parsed<TrackerStatus>(
  'a status',
  'undefined',
  identity,
  (text) => (Object.hasOwn(TrackerStatusBits, text) ? (text as TrackerStatus) : 'undefined')
)

/** The mode of that name; any other word means recursive. */
export function parsePinMode(text: string): PinMode {
  return text === 'direct' ? 'direct' : 'recursive'
}

/** The type of that name; empty means all, any other word `bad-type`. */
export function parsePinType(text: string): PinType {
  switch (text) {
    case 'pin':
    case 'meta-pin':
    case 'clusterdag-pin':
    case 'shard-pin':
    case 'all':
      return text
    case '':
      return 'all'
    default:
      return 'bad-type'
  }
}

function identity(value: string): string {
  return value
}
