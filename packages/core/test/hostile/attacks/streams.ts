import fc from 'fast-check'
import type { Attack, Input } from '../attack.ts'
import { sample, short } from '../attack.ts'
import { ABSURD, anyBytes, anyFields, damaged, framed, varint } from '../bytes.ts'
import type { Ending, HostilePeer } from '../hostile-peer.ts'

const ENDINGS: readonly Ending[] = ['closeWrite', 'abort', 'close', 'leave']

/** What is known of a protocol that has a stream for each exchange. */
export interface StreamProtocol {
  name: string
  protocol: string
  /** Whether each message comes behind its length as a varint. */
  isFramed: boolean
  /** Messages as they should be, to be damaged; without the length. */
  good: readonly Uint8Array[]
  /** Messages that are malformed on purpose, without the length. */
  nasty: readonly Uint8Array[]
}

/** Attacks that any protocol over streams may meet, and those made for it. */
export function streamAttack({ name, protocol, isFramed, good, nasty }: StreamProtocol): Attack {
  const wrap = isFramed ? framed : (bytes: Uint8Array): Uint8Array => bytes
  const made: Uint8Array[] = [
    new Uint8Array(0),
    ...(isFramed ? lies() : []),
    ...nasty.map(wrap),
    ...good.flatMap((message) => [Buffer.concat([wrap(message), wrap(message)]), wrap(message).subarray(0, -1)])
  ]
  const input = (bytes: Uint8Array, ending: Ending): Input => ({
    what: `${protocol}, ${ending}: ${short(bytes)}`,
    throwIt: (peer: HostilePeer) => peer.throwAt(protocol, bytes, ending)
  })
  const random = fc.oneof(
    anyBytes,
    anyBytes.map(wrap),
    anyFields.map(wrap),
    damaged(good.length > 0 ? good : [new Uint8Array(4)]).map(wrap),
    damaged(good.map(wrap))
  )
  return {
    name,
    inputs: (seed, count) => [
      ...made.map((bytes, i) => input(bytes, ENDINGS[i % ENDINGS.length] ?? 'abort')),
      ...sample(fc.tuple(random, fc.constantFrom(...ENDINGS)), seed, Math.max(0, count - made.length)).map(
        ([bytes, ending]) => input(bytes, ending)
      )
    ]
  }
}

/** Lengths that are not followed by so many bytes, and some that are none. */
function lies(): Uint8Array[] {
  return [
    ...ABSURD.map(varint),
    ...ABSURD.map((length) => Buffer.concat([varint(length), new Uint8Array(1000)])),
    new Uint8Array(12).fill(0x80),
    new Uint8Array(1000).fill(0xff),
    varint(0n),
    new Uint8Array(5000)
  ]
}
