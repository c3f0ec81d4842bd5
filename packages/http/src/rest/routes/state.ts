import { stringify, syncProgressToJSON } from '@ipfs-cluster/api'
import type { Cluster } from '@ipfs-cluster/core/cluster'
import { document, lines } from '../../common/answer.ts'
import type { Route } from '../../common/route.ts'
import { clusterRoute, FAILED } from '../route.ts'
import { storedPinLines } from '../stored-pins.ts'

const NEVER_BEHIND = { state: 'complete', height: 0, reached: 0, highestHeight: 0, merged: 0, missing: 0, rate: 0 }

/** The pinset as a whole. */
export const stateRoutes: readonly Route<Cluster>[] = [
  clusterRoute({
    name: 'stateExport',
    method: 'GET',
    path: '/state/export',
    summary: 'Gives the pinset of this moment as the file that `ipfs-cluster-service state export` makes',
    answers: [
      {
        ...{ status: 200, type: 'Pin', form: 'lines', contentType: 'application/x-ndjson' },
        doc: 'A pin on each line; a failure breaks the connection off, so that half of it is not taken for the whole'
      },
      { status: 204, doc: 'The pinset is empty' }
    ],
    errors: { 500: FAILED },
    handle: ({ state }, _values, { signal }) => ({
      ...lines(storedPinLines(state.listStored({ signal }))),
      ownContentType: true,
      contentType: 'application/x-ndjson',
      headers: ['Content-Disposition', 'attachment; filename="pinset.json"'],
      breakOff: true
    })
  }),
  clusterRoute({
    name: 'sync',
    method: 'GET',
    path: '/sync',
    summary: 'Tells how far this peer is with taking in what other peers have',
    answers: [{ status: 200, doc: 'How far it is', type: 'SyncProgress' }],
    errors: {},
    handle: (cluster) => document(stringify(syncProgressToJSON(cluster.syncProgress?.() ?? NEVER_BEHIND)))
  })
]
