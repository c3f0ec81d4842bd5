import { encodeMessage } from '../../../src/blocks/bitswap/message.ts'
import type { Attack } from '../attack.ts'
import { ABSURD, field, missingCid, numberField, repeat, strangeCids, text } from '../bytes.ts'
import { streamAttack } from './streams.ts'

const DIALECT = { presences: true, prefixes: true }
const PREFIX = Uint8Array.of(1, 0x70, 0x12, 0x20)

const want = (cid: Uint8Array, ...rest: Uint8Array[]): Uint8Array =>
  field(1, field(1, Buffer.concat([field(1, cid), ...rest])))
const wants = Array.from({ length: 3000 }, (_, i) => missingCid(i))
const entries = wants.map((cid) => ({ cid, kind: 'block' as const, cancel: false, sendDontHave: true }))
const block = (bytes: Uint8Array, prefix: Uint8Array = PREFIX): Uint8Array =>
  field(3, Buffer.concat([field(1, prefix), field(2, bytes)]))

/** Giant lists of wants, blocks that nobody asked for or that are not what they should be, and garbage. */
export const bitswapAttack: Attack = streamAttack({
  name: 'bitswap',
  protocol: '/ipfs/bitswap/1.2.0',
  isFramed: true,
  good: [
    encodeMessage(
      {
        wants: entries.slice(0, 2),
        full: true,
        presences: [{ cid: missingCid(1), isThere: true }],
        blocks: [{ prefix: PREFIX, bytes: text('block') }]
      },
      DIALECT
    )
  ],
  nasty: [
    ...strangeCids().flatMap((cid) => [want(cid), field(4, field(1, cid)), want(cid, numberField(3, 1n))]),
    encodeMessage({ wants: entries, full: true, presences: [], blocks: [] }, DIALECT),
    encodeMessage(
      { wants: entries, full: false, presences: wants.map((cid) => ({ cid, isThere: true })), blocks: [] },
      DIALECT
    ),
    ...ABSURD.flatMap((n) => [
      want(missingCid(0).bytes, numberField(2, n), numberField(4, n), numberField(5, n)),
      numberField(5, n)
    ]),
    repeat(field(1, new Uint8Array(0)), 50_000),
    repeat(field(3, new Uint8Array(0)), 50_000),
    repeat(block(new Uint8Array(0)), 5000),
    block(new Uint8Array(2 ** 21)),
    block(new Uint8Array(2 ** 21 + 2 ** 20)),
    block(text('unasked')),
    block(text('wrong'), new Uint8Array(70)),
    field(2, new Uint8Array(1_000_000)),
    repeat(field(2, text('raw')), 100_000)
  ]
})
