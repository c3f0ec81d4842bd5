import {
  alertToJSON,
  bandwidthByProtocolToJSON,
  connectGraphToJSON,
  globalRepoGcToJSON,
  metricToJSON,
  stringify
} from '@ipfs-cluster/api'
import type { Cluster } from '@ipfs-cluster/core/cluster'
import { document } from '../../common/answer.ts'
import type { Route } from '../../common/route.ts'
import { localFlag, metricNameParameter } from '../parameters.ts'
import { clusterRoute, FAILED } from '../route.ts'

/** How the peers and their IPFS nodes are. */
export const healthRoutes: readonly Route<Cluster>[] = [
  clusterRoute({
    name: 'repoGC',
    method: 'POST',
    path: '/ipfs/gc',
    summary: 'Has the IPFS nodes remove blocks that are not pinned',
    query: { local: localFlag },
    answers: [
      { status: 200, doc: 'What each peer removed; the failure of a peer is in its entry', type: 'GlobalRepoGC' }
    ],
    errors: { 500: `${FAILED}; with \`local=true\` only` },
    handle: async (cluster, { local }, { signal }) => {
      if (!local) return document(stringify(globalRepoGcToJSON(await cluster.repoGc({ signal }))))
      const collected = await cluster.repoGcLocal({ signal })
      return document(stringify(globalRepoGcToJSON({ peerMap: { [collected.peer]: collected } })))
    }
  }),
  clusterRoute({
    name: 'connectionGraph',
    method: 'GET',
    path: '/health/graph',
    summary: 'Tells who is connected to whom',
    answers: [{ status: 200, doc: 'The connections', type: 'ConnectGraph' }],
    errors: { 500: FAILED },
    handle: async (cluster, _values, { signal }) =>
      document(stringify(connectGraphToJSON(await cluster.connectGraph({ signal }))))
  }),
  clusterRoute({
    name: 'alerts',
    method: 'GET',
    path: '/health/alerts',
    summary: 'Lists metrics that expired, newest first',
    answers: [{ status: 200, doc: 'The alerts', type: 'Alert', form: 'list' }],
    errors: {},
    handle: (cluster) => document(stringify(cluster.alerts().map(alertToJSON)))
  }),
  clusterRoute({
    name: 'bandwidthByProtocol',
    method: 'GET',
    path: '/health/bandwidth',
    summary: 'Tells the traffic of this peer by protocol; the empty name is traffic without one',
    answers: [{ status: 200, doc: 'The traffic', type: 'Bandwidth', form: 'map' }],
    errors: {},
    handle: (cluster) => document(stringify(bandwidthByProtocolToJSON(cluster.bandwidthByProtocol())))
  }),
  clusterRoute({
    name: 'metrics',
    method: 'GET',
    path: '/monitor/metrics/{name}',
    summary: 'Lists the valid values of a metric, one for each peer',
    params: { name: metricNameParameter },
    answers: [{ status: 200, doc: 'The metrics; none for an unknown name', type: 'Metric', form: 'list' }],
    errors: {},
    handle: (cluster, { name }) => document(stringify(cluster.metrics(name).map(metricToJSON)))
  }),
  clusterRoute({
    name: 'metricNames',
    method: 'GET',
    path: '/monitor/metrics',
    summary: 'Lists the names of the metrics that there are',
    answers: [{ status: 200, doc: 'The names', type: 'string', form: 'list' }],
    errors: {},
    handle: (cluster) => document(stringify(cluster.metricNames()))
  })
]
