import { DELTAS_PROTOCOL } from '../../../src/blocks/deltas/defaults.ts'
import { encodeRequest } from '../../../src/blocks/deltas/messages.ts'
import type { Attack } from '../attack.ts'
import { ABSURD, field, missingCid, numberField, repeat, strangeCids } from '../bytes.ts'
import { streamAttack } from './streams.ts'

const stretch = (...fields: Uint8Array[]): Uint8Array => field(2, Buffer.concat(fields))
const many = Array.from({ length: 512 }, (_, i) => missingCid(i))

/** Requests that make no sense, or ask for more than there is. */
export const deltasAttack: Attack = streamAttack({
  name: 'deltas',
  protocol: DELTAS_PROTOCOL,
  isFramed: true,
  good: [
    encodeRequest({ kind: 'heads' }),
    encodeRequest({ kind: 'stretch', wanted: [missingCid(1)], known: [missingCid(2)] })
  ],
  nasty: [
    ...strangeCids().flatMap((cid) => [stretch(field(1, cid)), stretch(field(2, cid))]),
    encodeRequest({ kind: 'stretch', wanted: many, known: many }),
    encodeRequest({ kind: 'stretch', wanted: [...many, missingCid(600)], known: [] }),
    encodeRequest({ kind: 'stretch', wanted: repeatOf(missingCid(1), 512), known: repeatOf(missingCid(1), 512) }),
    stretch(),
    repeat(stretch(), 10_000),
    repeat(field(1, new Uint8Array(0)), 20_000),
    ...ABSURD.map((n) => numberField(1, n)),
    ...ABSURD.map((n) => numberField(9, n)),
    ...[3, 4, 5, 100, 2 ** 20].map((number) => field(number, new Uint8Array(100)))
  ]
})

function repeatOf<T>(item: T, times: number): T[] {
  return Array.from({ length: times }, () => item)
}
