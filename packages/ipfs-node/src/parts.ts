import type { Blocks } from './dag/blocks.ts'
import type { Swarm } from './exchange/swarm.ts'
import type { Names } from './names/names.ts'
import type { Collector } from './pins/collect.ts'
import type { Holders } from './pins/holders.ts'
import type { Leases } from './pins/leases.ts'
import type { Pins } from './pins/pins.ts'
import type { Identity } from './repo/identity.ts'
import type { Repo } from './repo/repo.ts'

/** What the RPC and the gateway work with. */
export interface NodeParts {
  repo: Repo
  identity: Identity
  blocks: Blocks
  pins: Pins
  leases: Leases
  collector: Collector
  holders: Holders
  /** Absent in a node that is offline. */
  swarm?: Swarm
  /** Absent in a node that is not on the public network: it looks no names up. */
  names?: Names
}
