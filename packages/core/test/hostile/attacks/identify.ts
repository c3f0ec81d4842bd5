import type { Attack } from '../attack.ts'
import { field, repeat, text } from '../bytes.ts'
import { streamAttack } from './streams.ts'

const nasty = [
  repeat(field(3, text('/a/protocol')), 600),
  field(3, new Uint8Array(8000)),
  field(3, text('/meshsub/1.1.0\n\u001b[31m')),
  repeat(field(2, Uint8Array.of(4, 127, 0, 0, 1, 6, 0, 80)), 500),
  field(2, new Uint8Array(100).fill(0xff)),
  field(1, new Uint8Array(100)),
  field(6, text('agent\n'.repeat(1000))),
  field(8, new Uint8Array(1000)),
  field(4, new Uint8Array(1000)),
  // The address under which the target is seen: none, one without a host, one without a port.
  field(4, new Uint8Array(0)),
  field(4, Uint8Array.of(6, 0, 80)),
  field(4, Uint8Array.of(4, 127, 0, 0, 1)),
  field(4, Uint8Array.of(4, 127, 0, 0, 1, 6, 0, 0)),
  new Uint8Array(100_000)
]

/** Who says of itself what cannot be. */
export const identifyAttack: Attack = streamAttack({
  name: 'identify',
  protocol: '/ipfs/id/push/1.0.0',
  isFramed: true,
  good: [Buffer.concat([field(3, text('/meshsub/1.1.0')), field(6, text('agent'))])],
  nasty
})

/** Those that have no messages to speak of. */
export const pingAttack: Attack = streamAttack({
  name: 'ping',
  protocol: '/ipfs/ping/1.0.0',
  isFramed: false,
  good: [new Uint8Array(32)],
  nasty: [new Uint8Array(31), new Uint8Array(33), new Uint8Array(1_000_000)]
})

export const relayAttack: Attack = streamAttack({
  name: 'relay',
  protocol: '/libp2p/circuit/relay/0.2.0/stop',
  isFramed: true,
  good: [field(2, field(1, new Uint8Array(38)))],
  nasty
})
