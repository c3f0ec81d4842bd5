import { ClusterError } from './errors.ts'
import { goQuote } from './go-values.ts'
import { parsePeerId } from './peer-id.ts'
import type { Multiaddr } from './peer.ts'

type ValueCheck = (value: string) => boolean

const any: ValueCheck = (value) => value !== ''
const port: ValueCheck = (value) => /^\d{1,5}$/.test(value) && Number(value) < 65536

/** The protocols of multiaddresses with the check of their value; null: the protocol has none. */
const PROTOCOLS: Readonly<Record<string, ValueCheck | null>> = {
  ip4: isIp4,
  ip6: isIp6,
  ip6zone: any,
  ipcidr: (value) => /^\d{1,3}$/.test(value) && Number(value) <= 128,
  dns: any,
  dns4: any,
  dns6: any,
  dnsaddr: any,
  tcp: port,
  udp: port,
  dccp: port,
  sctp: port,
  udt: null,
  utp: null,
  unix: any,
  p2p: isPeerId,
  ipfs: isPeerId,
  'p2p-circuit': null,
  http: null,
  'http-path': any,
  https: null,
  tls: null,
  sni: any,
  noise: null,
  plaintextv2: null,
  quic: null,
  'quic-v1': null,
  webtransport: null,
  certhash: any,
  'webrtc-direct': null,
  webrtc: null,
  ws: null,
  wss: null,
  onion: any,
  onion3: any,
  garlic64: any,
  garlic32: any,
  memory: (value) => /^\d+$/.test(value)
}

/** One step of a multiaddress: `/tcp/9094` is `{ protocol: 'tcp', value: '9094' }`. */
export interface MultiaddrPart {
  readonly protocol: string
  /** Empty for a protocol that has none. */
  readonly value: string
}

/**
 * Takes the text of a multiaddress apart and checks it. Smaller than a full multiaddress library, which a browser or
 * a command-line client would have to load for its binary form.
 *
 * @throws ClusterError `ERR_BAD_MULTIADDR`, with the words of the Go release
 */
export function parseMultiaddr(text: Multiaddr): MultiaddrPart[] {
  if (!text.startsWith('/')) throw refused(text, 'must begin with /')
  const words = text.replace(/\/+$/, '').split('/').slice(1)
  if (words.length === 0) throw refused(text, 'empty multiaddr')
  const parts: MultiaddrPart[] = []
  while (words.length > 0) parts.push(takePart(text, words))
  return parts
}

/** The value of the first step of that protocol, undefined when there is none. */
export function multiaddrValue(parts: readonly MultiaddrPart[], protocol: string): string | undefined {
  return parts.find((part) => part.protocol === protocol)?.value
}

function takePart(text: string, words: string[]): MultiaddrPart {
  const protocol = words.shift() ?? ''
  const check = Object.hasOwn(PROTOCOLS, protocol) ? PROTOCOLS[protocol] : undefined
  if (check === undefined) throw refused(text, `unknown protocol ${protocol}`)
  if (check === null) return { protocol, value: '' }
  if (words.length === 0) throw refused(text, 'unexpected end of multiaddr')
  // The path of a socket holds slashes, so it takes all that is left.
  const value = protocol === 'unix' ? `/${words.splice(0).join('/')}` : (words.shift() ?? '')
  if (!check(value)) throw refused(text, `invalid value ${goQuote(value)} for protocol ${protocol}`)
  return { protocol, value }
}

function refused(text: string, reason: string): ClusterError {
  return new ClusterError('ERR_BAD_MULTIADDR', `failed to parse multiaddr ${goQuote(text)}: ${reason}`)
}

function isIp4(value: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(value) && value.split('.').every((byte) => Number(byte) < 256)
}

function isIp6(value: string): boolean {
  return /^[0-9a-fA-F:.]+$/.test(value) && URL.canParse(`http://[${value}]/`)
}

function isPeerId(value: string): boolean {
  try {
    return parsePeerId(value) !== ''
  } catch {
    return false
  }
}
