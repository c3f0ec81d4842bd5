import { msgpack } from '../../../src/codec/index.ts'
import { RPC_PROTOCOL } from '../../../src/rpc/defaults.ts'
import { SERVICES } from '../../../src/rpc/index.ts'
import type { RpcMethod } from '../../../src/rpc/service.ts'
import { repeat, text } from '../bytes.ts'
import { streamAttack } from './streams.ts'
import type { Attack } from '../attack.ts'

/** Every method that there is, with its policy. */
export const METHODS: readonly RpcMethod[] = Object.values(SERVICES).flatMap(
  (service) => Object.values(service) as RpcMethod[]
)

/** What is called, in front of the argument. */
export function header(service: string, method: string): Uint8Array {
  const writer = new msgpack.MsgpackWriter()
  writer.mapHeader(2)
  for (const word of ['Name', service, 'Method', method]) writer.text(word)
  return writer.finish()
}

const hex = (digits: string): Uint8Array => Buffer.from(digits, 'hex')

/** Values that claim more than they bring, are nested deep, of no type, or of another one than any method takes. */
const VALUES: readonly Uint8Array[] = [
  ...['c0', '80', '90', 'a0', 'c3', '00', 'ff', 'c1', 'c1c1c1'].map(hex),
  ...['dbffffffff', 'c6ffffffff', 'ddffffffff', 'dfffffffff', 'c9ffffffff00', 'daffff', 'dcffff', 'deffff'].map(hex),
  ...['cb7ff8000000000000', 'cb7ff0000000000000', 'cb7fefffffffffffff', 'cfffffffffffffffff', 'd38000000000000000'].map(
    hex
  ),
  repeat(hex('91'), 30_000),
  repeat(hex('81a0'), 15_000),
  repeat(hex('dd00000001'), 5000),
  Buffer.concat([hex('dd0000ea60'), repeat(hex('c0'), 60_000)]),
  Buffer.concat([hex('de7530'), repeat(hex('a0c0'), 30_000)]),
  Buffer.concat([hex('da9c40'), new Uint8Array(40_000).fill(0xff)]),
  Buffer.concat([hex('81a95f5f70726f746f5f5f'), hex('81a378797a01')]),
  hex('81a16382a12f'),
  hex('d6ff00000000')
]

const calls = METHODS.map(({ service, method }) => header(service, method))
const open = METHODS.filter(({ policy }) => policy !== 'closed').map(({ service, method }) => header(service, method))

/** Garbage on the protocol of calls. Trusted methods that take what they are given are left out: they are no attack. */
export const rpcAttack: Attack = streamAttack({
  name: 'calls',
  protocol: RPC_PROTOCOL,
  isFramed: false,
  good: [
    header('Cluster', 'ID'),
    Buffer.concat([header('Cluster', 'Version'), hex('80')]),
    Buffer.concat([header('PinTracker', 'Status'), hex('a401550000')])
  ],
  nasty: [
    ...calls,
    ...VALUES,
    ...open.flatMap((call, i) =>
      [0, 1, 2].map((j) => Buffer.concat([call, VALUES[(3 * i + j) % VALUES.length] ?? hex('c0')]))
    ),
    header('x'.repeat(5000), 'ID'),
    header('Cluster', '\n\u001b[31m'.repeat(100)),
    header('__proto__', 'constructor'),
    header('Cluster', '__proto__'),
    Buffer.concat([header('Cluster', 'IDStream'), repeat(hex('80'), 100_000)]),
    Buffer.concat([header('Cluster', 'ID'), hex('80'), new Uint8Array(3_000_000)]),
    text('GET / HTTP/1.1\r\n\r\n')
  ]
})
