import { generateKeyPair } from '@libp2p/crypto/keys'
import fc from 'fast-check'
import type { Metric } from '@ipfs-cluster/api'
import { encodeMsgpack, metricMsgpack } from '../../../src/codec/msgpack/index.ts'
import { crdtTopic, encodeBroadcast } from '../../../src/consensus/crdt/broadcast.ts'
import { METRICS_TOPIC } from '../../../src/monitor/metric-message.ts'
import type { Attack, Input } from '../attack.ts'
import { sample, short } from '../attack.ts'
import {
  anyBytes,
  anyFields,
  damaged,
  field,
  framed,
  missingCid,
  numberField,
  repeat,
  strangeCids,
  text
} from '../bytes.ts'
import type { HostilePeer } from '../hostile-peer.ts'

const MESHSUB = '/meshsub/1.1.0'

/** Fields of a pubsub message. */
const FROM = 1
const DATA = 2
const SEQNO = 3
const TOPIC = 4
const SIGNATURE = 5
const KEY = 6

/** What is wrong with a message. */
type Flaw = 'none' | 'unsigned' | 'badly signed' | 'signed by another' | 'of another' | 'no sender' | 'short seqno'

let seqno = 1n

/** A message in its frame, ready to be sent to a neighbour. */
export async function gossip(
  peer: HostilePeer,
  topic: string,
  data: Uint8Array,
  flaw: Flaw = 'none'
): Promise<Uint8Array> {
  const number = Buffer.alloc(flaw === 'short seqno' ? 3 : 8)
  number.writeUIntBE(Number(seqno++ & 0xffffffn), number.length - 3, 3)
  const from = flaw === 'of another' ? (peer.target.address.split('/').at(-1) ?? '') : peer.id
  const sender = flaw === 'no sender' ? [] : [field(FROM, peerBytes(from))]
  const fields = Buffer.concat([...sender, field(DATA, data), field(SEQNO, number), field(TOPIC, text(topic))])
  const toSign = Buffer.concat([text('libp2p-pubsub:'), fields])
  if (flaw === 'unsigned') return framed(field(2, fields))
  const other = await generateKeyPair('Ed25519')
  const key = flaw === 'signed by another' ? other : peer.privateKey
  const signature = flaw === 'badly signed' ? new Uint8Array(64) : await key.sign(toSign)
  const tail = flaw === 'signed by another' ? [field(KEY, other.publicKey.raw)] : []
  return framed(field(2, Buffer.concat([fields, field(SIGNATURE, signature), ...tail])))
}

function peerBytes(id: string): Uint8Array {
  return decodeBase58(id)
}

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

function decodeBase58(words: string): Uint8Array {
  let value = 0n
  for (const letter of words) value = value * 58n + BigInt(ALPHABET.indexOf(letter))
  const digits = value.toString(16)
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
}

/** A metric that a peer may claim, with what makes it hostile. */
function metric(fields: Partial<Metric>): Uint8Array {
  const now = BigInt(Date.now()) * 1_000_000n
  const whole: Metric = {
    ...{ name: 'ping', peer: '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5', value: 'x' },
    ...{ expire: now + 1_000_000_000n, valid: true, weight: 0n, partitionable: false, receivedAt: 0n },
    ...fields
  }
  return encodeMsgpack(metricMsgpack, whole)
}

const INT64 = 2n ** 63n - 1n

function metrics(): Uint8Array[] {
  const good = metric({})
  return [
    ...[0n, 1n, -1n, INT64, -INT64 - 1n].flatMap((n) => [
      metric({ expire: n }),
      metric({ weight: n }),
      metric({ expire: INT64, weight: n })
    ]),
    ...['', '\n\u001b[2J', 'ping\nERROR: forged', '__proto__', 'x'.repeat(300), 'freespace', 'tag:group'].flatMap(
      (name) => [
        metric({ name }),
        metric({ name, value: 'NaN' }),
        metric({ name, value: 'x'.repeat(100_000) }),
        metric({ name, expire: INT64, partitionable: true })
      ]
    ),
    ...[
      '{}',
      '{"peername":"\\u0000","ipfs_id":5}',
      '[[[',
      '{"ipfs_addresses":["/x"]}',
      '{"__proto__":{"x":1}}',
      'é'.repeat(30_000)
    ].map((value) => metric({ value })),
    metric({ valid: false }),
    // A weight and a time as numbers with a fraction, no number, or beyond all bounds.
    ...['7ff8000000000000', '7ff0000000000000', '7fefffffffffffff', 'ffefffffffffffff', '3fe0000000000000'].flatMap(
      (float) => [withField(good, 'w', `cb${float}`), withField(good, 'e', `cb${float}`)]
    ),
    withField(good, 'e', 'cfffffffffffffffff'),
    withField(good, 'w', 'cfffffffffffffffff'),
    Buffer.concat([good, new Uint8Array(500_000)])
  ]
}

/** The same map with one more entry, which comes last and so counts. */
function withField(map: Uint8Array, key: string, valueHex: string): Uint8Array {
  const longer = Uint8Array.from(map)
  longer[0] = (longer[0] ?? 0x80) + 1
  return Buffer.concat([longer, Uint8Array.of(0xa0 + key.length), text(key), Buffer.from(valueHex, 'hex')])
}

function heads(): Uint8Array[] {
  const cids = strangeCids()
  const head = (cid: Uint8Array): Uint8Array => field(1, field(1, cid))
  return [
    ...cids,
    ...cids.map(head),
    Buffer.concat(cids.slice(4).map(head)),
    encodeBroadcast(Array.from({ length: 20_000 }, (_, i) => missingCid(i))),
    encodeBroadcast([missingCid(-1)]),
    repeat(field(1, new Uint8Array(0)), 100_000),
    repeat(head(missingCid(-2).bytes), 5000),
    numberField(1, 5n),
    new Uint8Array(0),
    new Uint8Array(1_000_000)
  ]
}

const FLAWS: readonly Flaw[] = [
  'unsigned',
  'badly signed',
  'signed by another',
  'of another',
  'no sender',
  'short seqno'
]

/** What is no message at all: subscriptions, and the control messages of the mesh. */
function controls(topic: string): Uint8Array[] {
  const subscription = (name: string): Uint8Array => field(1, Buffer.concat([numberField(1, 1n), field(2, text(name))]))
  const ids = (count: number): Uint8Array =>
    Buffer.concat(Array.from({ length: count }, (_, i) => field(2, text(`an identity ${i}`))))
  const control = (number: number, body: Uint8Array): Uint8Array => field(3, field(number, body))
  return [
    Buffer.concat(Array.from({ length: 5000 }, (_, i) => subscription(`topic ${i}`))),
    subscription('x'.repeat(200_000)),
    repeat(subscription(topic), 5000),
    control(1, Buffer.concat([field(1, text(topic)), ids(5000)])),
    control(2, Buffer.concat(Array.from({ length: 5000 }, (_, i) => field(1, text(`an identity ${i}`))))),
    repeat(control(3, field(1, text(topic))), 2000),
    repeat(control(4, Buffer.concat([field(1, text(topic)), numberField(3, 2n ** 63n)])), 1000),
    control(4, Buffer.concat([field(1, text(topic)), repeat(field(2, field(1, new Uint8Array(38))), 100)])),
    control(5, Buffer.concat(Array.from({ length: 5000 }, (_, i) => field(1, text(`an identity ${i}`))))),
    field(3, new Uint8Array(10_000))
  ]
}

function throwFrame(peer: HostilePeer, frame: Uint8Array): Promise<unknown> {
  return peer.throwAt(MESHSUB, frame, 'leave')
}

/** Messages that are no messages, from whom they are not, that say what cannot be, and too many of them. */
export const pubsubAttack: Attack = {
  name: 'pubsub',
  inputs: (seed, count) => {
    const made = (peer: HostilePeer): string[] => [METRICS_TOPIC, crdtTopic(peer.target.clusterName), 'another topic']
    const inputs: Input[] = []
    const publish = (which: number, data: Uint8Array, flaw: Flaw = 'none'): void => {
      inputs.push({
        what: `on topic ${which}, ${flaw}: ${short(data)}`,
        throwIt: async (peer) => throwFrame(peer, await gossip(peer, made(peer)[which] ?? '', data, flaw))
      })
    }
    for (const data of metrics()) publish(0, data)
    for (const data of heads()) publish(1, data)
    for (const flaw of FLAWS)
      for (const which of [0, 1, 2]) publish(which, which === 0 ? metric({}) : encodeBroadcast([missingCid(7)]), flaw)
    for (const which of [0, 1, 2]) publish(which, new Uint8Array(1_200_000))
    for (const frame of controls(METRICS_TOPIC)) {
      inputs.push({ what: `control: ${short(frame)}`, throwIt: (peer) => throwFrame(peer, framed(frame)) })
    }
    const rest = Math.max(30, count - inputs.length)
    const random = fc.oneof(anyBytes, anyFields, damaged([metric({})]), damaged([encodeBroadcast([missingCid(3)])]))
    for (const [data, which] of sample(fc.tuple(random, fc.nat(2)), seed, rest)) publish(which, data)
    for (const bytes of sample(fc.oneof(anyBytes, anyFields.map(framed)), seed, rest)) {
      inputs.push({ what: `on the stream: ${short(bytes)}`, throwIt: (peer) => throwFrame(peer, bytes) })
    }
    return inputs
  }
}
