import type { Route } from '../common/route.ts'
import type { ProxyContext } from './route.ts'
import { addRoutes } from './routes/add.ts'
import { pinLsRoutes } from './routes/pin-ls.ts'
import { pinRoutes } from './routes/pins.ts'
import { putRoutes } from './routes/puts.ts'
import { repoRoutes } from './routes/repo.ts'

/** The commands of the node that are answered by the cluster. All others are the node's. */
export const ipfsProxyRoutes: readonly Route<ProxyContext>[] = [
  ...pinRoutes,
  ...pinLsRoutes,
  ...addRoutes,
  ...repoRoutes,
  ...putRoutes
]
