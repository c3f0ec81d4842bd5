import { createHash } from 'node:crypto'
import * as dagPb from '@ipld/dag-pb'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { ProtobufWriter } from '../../src/codec/index.ts'

/** A varint of up to 64 bits, which may be a lie about a length. */
export function varint(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Uint8Array.of(...bytes, Number(rest))
}

/** Bytes behind their length. */
export function framed(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([varint(BigInt(bytes.length)), bytes])
}

/** A protobuf field with bytes. */
export function field(number: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([varint(BigInt(number << 3) | 2n), framed(bytes)])
}

/** A protobuf field with a number of any size. */
export function numberField(number: number, value: bigint): Uint8Array {
  return Buffer.concat([varint(BigInt(number << 3)), varint(value)])
}

export function repeat(bytes: Uint8Array, times: number): Uint8Array {
  return Buffer.concat(Array.from({ length: times }, () => bytes))
}

export const text = (words: string): Uint8Array => Buffer.from(words)

/** Lengths that nobody means. */
export const ABSURD = [2n ** 20n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]

/** CIDs that name nothing, or not what they should. */
export function strangeCids(): Uint8Array[] {
  const digest = createHash('sha256').update('nothing').digest()
  const cidOf = (codec: number, code: number, hash: Uint8Array): Uint8Array =>
    CID.createV1(codec, Digest.create(code, hash)).bytes
  return [
    new Uint8Array(0),
    Uint8Array.of(0),
    Uint8Array.of(1),
    Uint8Array.of(1, 0x70),
    Uint8Array.of(1, 0x70, 0x12, 0x20),
    Uint8Array.of(1, 0x70, 0x12, 0xff, 0xff, 0xff, 0xff, 0x0f),
    cidOf(0x70, 0x12, digest),
    cidOf(0x55, 0x12, digest),
    cidOf(0x70, 0x12, digest.subarray(0, 4)),
    cidOf(0x70, 0x13, new Uint8Array(64)),
    cidOf(0x70, 0, new Uint8Array(0)),
    cidOf(0x70, 0, new Uint8Array(100)),
    cidOf(0x70, 0, new Uint8Array(500_000)),
    cidOf(0x70, 0xb220, digest),
    cidOf(0x0200, 0x1012, digest),
    CID.createV0(Digest.create(0x12, digest)).bytes,
    Buffer.concat([cidOf(0x70, 0x12, digest), new Uint8Array(100_000)])
  ]
}

/** A CID of a delta block that nobody has. */
export function missingCid(n: number): CID {
  return CID.createV1(0x70, Digest.create(0x12, createHash('sha256').update(`missing ${n}`).digest()))
}

/** A block of dag-pb as the consensus makes them, with whatever data and links. */
export function dagBlock(data: Uint8Array, links: readonly CID[] = []): { cid: CID; bytes: Uint8Array } {
  const sorted = [...links].sort((a, b) => Buffer.compare(a.bytes, b.bytes))
  const bytes = dagPb.encode({ Data: data, Links: sorted.map((Hash) => ({ Hash, Name: '', Tsize: 0 })) })
  return { bytes, cid: cidOf(bytes) }
}

export function cidOf(bytes: Uint8Array): CID {
  return CID.createV1(0x70, Digest.create(0x12, createHash('sha256').update(bytes).digest()))
}

/** Bytes of any kind, with those among them that look like something. */
export const anyBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.uint8Array({ minLength: 4000, maxLength: 9000 }),
  fc
    .array(fc.constantFrom(0x00, 0x01, 0x0a, 0x12, 0x7f, 0x80, 0x90, 0xc0, 0xff), { maxLength: 300 })
    .map((all) => Uint8Array.from(all))
)

/** Messages of a protocol, damaged: cut short, a byte changed, bytes put in, doubled. */
export function damaged(messages: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.constantFrom(...messages), fc.nat(), fc.nat(255), fc.constantFrom('cut', 'change', 'put', 'double'))
    .map(([message, where, byte, how]) => {
      const at = where % (message.length + 1)
      if (how === 'cut') return message.subarray(0, at)
      if (how === 'double') return Buffer.concat([message.subarray(0, at), message])
      const tail = message.subarray(how === 'change' ? at + 1 : at)
      return Buffer.concat([message.subarray(0, at), Uint8Array.of(byte), tail])
    })
}

/** Fields of protobuf that may be there or not, with lengths that are true. */
export const anyFields: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      fc.tuple(fc.integer({ min: 1, max: 8 }), fc.uint8Array({ maxLength: 80 })).map(([n, bytes]) => field(n, bytes)),
      fc
        .tuple(fc.integer({ min: 1, max: 8 }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }))
        .map(([n, v]) => numberField(n, v))
    ),
    { maxLength: 12 }
  )
  .map((fields) => Buffer.concat(fields))

export function protobuf(write: (writer: ProtobufWriter) => void): Uint8Array {
  const writer = new ProtobufWriter()
  write(writer)
  return writer.finish()
}
