import fc from 'fast-check'
import type { Attack, Input } from '../attack.ts'
import { sample, short } from '../attack.ts'
import { ABSURD, anyBytes, damaged, framed, repeat, text, varint } from '../bytes.ts'

const SOCKET_ENDINGS = ['end', 'reset', 'leave'] as const

const HELLO = framed(text('/multistream/1.0.0\n'))
const line = (words: string): Uint8Array => framed(text(`${words}\n`))

/** What comes to the port of somebody who does not know the secret. */
const AT_PORT: readonly Uint8Array[] = [
  new Uint8Array(0),
  new Uint8Array(1),
  new Uint8Array(23),
  new Uint8Array(24),
  new Uint8Array(25),
  new Uint8Array(43),
  new Uint8Array(44),
  new Uint8Array(1_000_000),
  HELLO,
  Buffer.concat([HELLO, line('/noise')]),
  text('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
  text('\u0016\u0003\u0001\u0002\u0000'),
  text('SSH-2.0-x\r\n')
]

/** What comes once the secret is applied: the choice of a protocol, and the handshake. */
const BEHIND_CIPHER: readonly Uint8Array[] = [
  new Uint8Array(0),
  HELLO,
  repeat(HELLO, 1000),
  Buffer.concat([HELLO, varint(0n)]),
  ...ABSURD.map((length) => Buffer.concat([HELLO, varint(length)])),
  ...['/noise', '/tls/1.0.0', '/plaintext/2.0.0', '/yamux/1.0.0', 'ls', 'na', '', '/'.repeat(900)].map((words) =>
    Buffer.concat([HELLO, line(words)])
  ),
  ...['/noise', '/tls/1.0.0'].flatMap((words) =>
    [0, 1, 100, 70_000].map((size) => Buffer.concat([HELLO, line(words), new Uint8Array(size).fill(0xff)]))
  ),
  Buffer.concat([HELLO, line('/noise'), Uint8Array.of(0, 0)]),
  Buffer.concat([HELLO, line('/noise'), Uint8Array.of(0, 32), new Uint8Array(32)]),
  Buffer.concat([HELLO, line('/noise'), Uint8Array.of(255, 255), new Uint8Array(65_535)]),
  Buffer.concat([HELLO, repeat(line('/nothing'), 5000)])
]

/** A frame of yamux: version, type, flags, stream, length. */
function yamuxFrame(
  type: number,
  flags: number,
  stream: number,
  length: number,
  data: Uint8Array = new Uint8Array(0)
): Uint8Array {
  const head = Buffer.alloc(12)
  head.writeUInt8(0, 0)
  head.writeUInt8(type, 1)
  head.writeUInt16BE(flags, 2)
  head.writeUInt32BE(stream, 4)
  head.writeUInt32BE(length, 8)
  return Buffer.concat([head, data])
}

const DATA = 0
const WINDOW = 1
const PING = 2
const GO_AWAY = 3
const SYN = 1
const RST = 8

const FRAMES: readonly Uint8Array[] = [
  new Uint8Array(12).fill(0xff),
  new Uint8Array(11),
  ...[DATA, WINDOW, PING, GO_AWAY, 4, 255].flatMap((type) =>
    [0, SYN, 15, 65_535].map((flags) => yamuxFrame(type, flags, 1, 0))
  ),
  ...[DATA, WINDOW, PING, GO_AWAY].flatMap((type) =>
    [0, 1, 2, 2 ** 32 - 1].map((stream) => yamuxFrame(type, 0, stream, 2 ** 32 - 1))
  ),
  yamuxFrame(DATA, SYN, 1, 100_000, new Uint8Array(100_000)),
  yamuxFrame(DATA, SYN, 1, 300_000, new Uint8Array(300_000)),
  Buffer.concat([yamuxFrame(WINDOW, SYN, 1, 0), repeat(yamuxFrame(WINDOW, 0, 1, 2 ** 32 - 1), 100)]),
  Buffer.concat(Array.from({ length: 5000 }, (_, i) => yamuxFrame(WINDOW, SYN, 2 * i + 1, 0))),
  Buffer.concat(
    Array.from({ length: 5000 }, (_, i) =>
      Buffer.concat([yamuxFrame(WINDOW, SYN, 2 * i + 1, 0), yamuxFrame(WINDOW, RST, 2 * i + 1, 0)])
    )
  ),
  Buffer.concat(Array.from({ length: 100 }, (_, i) => yamuxFrame(DATA, SYN, 2 * i + 1, HELLO.length, HELLO))),
  Buffer.concat([yamuxFrame(WINDOW, SYN, 1, 0), repeat(yamuxFrame(DATA, 0, 1, 1, Uint8Array.of(0x80)), 20_000)]),
  repeat(yamuxFrame(PING, SYN, 0, 1), 5000)
]

/** Garbage at the port, with and without the secret. */
export const portAttack: Attack = {
  name: 'port',
  inputs: (seed, count) => {
    const endings = fc.constantFrom(...SOCKET_ENDINGS)
    const without = sample(fc.tuple(anyBytes, endings), seed, count)
    const within = sample(fc.tuple(fc.oneof(anyBytes, damaged(BEHIND_CIPHER)), endings), seed, count)
    const made = (inputs: readonly Uint8Array[]): [Uint8Array, (typeof SOCKET_ENDINGS)[number]][] =>
      inputs.map((bytes, i) => [bytes, SOCKET_ENDINGS[i % SOCKET_ENDINGS.length] ?? 'end'])
    return [
      ...[...made(AT_PORT), ...without].map(([bytes, ending]): Input => ({
        what: `to the port, ${ending}: ${short(bytes)}`,
        throwIt: (peer) => peer.throwAtPort(bytes, ending)
      })),
      ...[...made(BEHIND_CIPHER), ...within].map(([bytes, ending]): Input => ({
        what: `behind the secret, ${ending}: ${short(bytes)}`,
        throwIt: (peer) => peer.throwAtCipher(bytes, ending)
      }))
    ]
  }
}

/** Garbage in the place of frames of the multiplexer, from somebody who has got through the handshake. */
export const muxerAttack: Attack = {
  name: 'yamux',
  inputs: (seed, count) => {
    const random = sample(fc.oneof(anyBytes, damaged(FRAMES)), seed, Math.max(0, count - FRAMES.length))
    return [...FRAMES, ...random].map((bytes) => ({
      what: `frames of yamux: ${short(bytes)}`,
      throwIt: (peer) => peer.throwAtMuxer(bytes)
    }))
  }
}
