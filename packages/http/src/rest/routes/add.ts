import { encodeAddedOutputLine } from '@ipfs-cluster/api'
import type { Cluster } from '@ipfs-cluster/core/cluster'
import type { Route } from '../../common/route.ts'
import { addAnswer } from '../add/add-answer.ts'
import { addParams } from '../parameters.ts'
import { BAD_ARGUMENT, clusterRoute, FAILED } from '../route.ts'

/** Adding content (spec: rest 6). */
export const addRoutes: readonly Route<Cluster>[] = [
  clusterRoute({
    name: 'add',
    method: 'POST',
    path: '/add',
    summary: 'Adds files or a CAR, and pins what came of it',
    query: { params: addParams },
    body: {
      contentType: 'multipart/form-data',
      doc: 'Files, folders and symlinks, one part each; names percent-encoded'
    },
    answers: [
      { status: 200, doc: 'An object on each line, the root last', type: 'AddedOutput', form: 'lines' },
      { status: 200, doc: 'With `stream-channels=false`', type: 'AddedOutput', form: 'list' }
    ],
    errors: { 400: BAD_ARGUMENT, 500: `${FAILED}; only with \`stream-channels=false\`, else it is in the trailer` },
    handle: (cluster, { params }, request) => addAnswer(cluster, params, request, encodeAddedOutputLine)
  })
]
