import type { Cluster } from '@ipfs-cluster/core/cluster'
import type { Route } from '../common/route.ts'
import { addRoutes } from './routes/add.ts'
import { allocationRoutes } from './routes/allocations.ts'
import { healthRoutes } from './routes/health.ts'
import { peerRoutes } from './routes/peers.ts'
import { pinRoutes } from './routes/pins.ts'

/** All routes of the REST API, but those that every surface has. */
export const restRoutes: readonly Route<Cluster>[] = [
  ...peerRoutes,
  ...addRoutes,
  ...allocationRoutes,
  ...pinRoutes,
  ...healthRoutes
]
