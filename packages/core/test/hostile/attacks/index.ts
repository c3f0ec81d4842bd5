import type { Attack } from '../attack.ts'
import { bitswapAttack } from './bitswap.ts'
import { deltaBlocksAttack } from './delta-blocks.ts'
import { deltasAttack } from './deltas.ts'
import { identifyAttack, pingAttack, relayAttack } from './identify.ts'
import { kadAttack } from './kad.ts'
import { pubsubAttack } from './pubsub.ts'
import { rpcAttack } from './rpc.ts'
import { muxerAttack, portAttack } from './transport.ts'

/** What anybody with the secret can do, and who has none at the port. */
export const STRANGER_ATTACKS: readonly Attack[] = [
  portAttack,
  muxerAttack,
  rpcAttack,
  bitswapAttack,
  deltasAttack,
  kadAttack,
  identifyAttack,
  pingAttack,
  relayAttack
]

/** What a peer can do whose changes are believed. */
export const MEMBER_ATTACKS: readonly Attack[] = [pubsubAttack, deltaBlocksAttack]
