import { goQuote } from '../../go-values.ts'
import { parsePeerId } from '../../peer-id.ts'
import type { Multiaddr, PeerId } from '../../peer.ts'
import { asItIs, parsed } from '../codec.ts'
import type { JsonCodec } from '../codec.ts'

/** An empty text is accepted: the Go release prints it for a peer that is not known. */
export const peerId: JsonCodec<PeerId> = parsed<PeerId>('a peer ID', '', asItIs, (text) =>
  text === '' ? '' : parsePeerId(text)
)

// Only the start is checked: an address of a protocol that is newer than this release must not break a listing.
export const multiaddr: JsonCodec<Multiaddr> = parsed<Multiaddr>('a multiaddress', '', asItIs, (text) => {
  if (text.startsWith('/')) return text
  throw new SyntaxError(`failed to parse multiaddr ${goQuote(text)}: must begin with /`)
})
