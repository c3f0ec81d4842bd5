import type { Cluster } from '@ipfs-cluster/core/cluster'
import { Auth } from '../common/auth.ts'
import { healthRoute, tokenRoute } from '../common/common-routes.ts'
import type { Route } from '../common/route.ts'
import type { EventFeed } from './events/index.ts'
import { addRoutes } from './routes/add.ts'
import { allocationRoutes } from './routes/allocations.ts'
import { eventRoute } from './routes/events.ts'
import { healthRoutes } from './routes/health.ts'
import { openApiRoute } from './routes/openapi.ts'
import { peerRoutes } from './routes/peers.ts'
import { pinRoutes } from './routes/pins.ts'
import { repairRoutes } from './routes/repair.ts'
import { stateRoutes } from './routes/state.ts'

/**
 * All routes of the REST API, but those that every surface has.
 *
 * @param feed - the events that listeners get
 */
export function restRoutes(feed: EventFeed): readonly Route<Cluster>[] {
  const routes: readonly Route<Cluster>[] = [
    ...peerRoutes,
    ...addRoutes,
    ...allocationRoutes,
    ...pinRoutes,
    ...healthRoutes,
    ...stateRoutes,
    ...repairRoutes,
    eventRoute(feed)
  ]
  return [...routes, openApiRoute([...routes, tokenRoute(new Auth(null)), healthRoute])]
}
