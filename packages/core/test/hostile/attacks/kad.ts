import type { Attack } from '../attack.ts'
import { ABSURD, field, missingCid, numberField, repeat, strangeCids, text } from '../bytes.ts'
import { streamAttack } from './streams.ts'

/** Types of messages: put value, get value, add provider, get providers, find node, ping. */
const TYPES = [0n, 1n, 2n, 3n, 4n, 5n]

const message = (type: bigint, key: Uint8Array, ...rest: Uint8Array[]): Uint8Array =>
  Buffer.concat([numberField(1, type), field(2, key), ...rest])
const peer = (id: Uint8Array, address: Uint8Array = Uint8Array.of(4, 127, 0, 0, 1, 6, 0, 80)): Uint8Array =>
  field(9, Buffer.concat([field(1, id), field(2, address)]))
const KEYS = [
  text('/pk/x'),
  text('/ipns/x'),
  text('/x/y'),
  new Uint8Array(0),
  new Uint8Array(10_000),
  missingCid(1).multihash.bytes
]

/** Garbage for the DHT of the local network. */
export const kadAttack: Attack = streamAttack({
  name: 'kad-dht',
  protocol: '/ipfs/lan/kad/1.0.0',
  isFramed: true,
  good: [
    message(4n, missingCid(1).multihash.bytes),
    message(2n, missingCid(1).multihash.bytes, peer(missingCid(2).multihash.bytes))
  ],
  nasty: [
    ...TYPES.flatMap((type) => KEYS.map((key) => message(type, key))),
    ...TYPES.flatMap((type) =>
      strangeCids().map((cid) => message(type, cid.subarray(0, 100_000), peer(cid.subarray(0, 100_000))))
    ),
    ...TYPES.map((type) =>
      message(type, missingCid(1).multihash.bytes, repeat(peer(missingCid(2).multihash.bytes), 2000))
    ),
    ...KEYS.map((key) =>
      message(
        0n,
        key,
        field(3, Buffer.concat([field(1, key), field(2, new Uint8Array(50_000)), field(5, text('never'))]))
      )
    ),
    ...ABSURD.flatMap((n) => [numberField(1, n), numberField(10, n)]),
    message(2n, missingCid(3).multihash.bytes, peer(new Uint8Array(40), new Uint8Array(5000).fill(4)))
  ]
})
