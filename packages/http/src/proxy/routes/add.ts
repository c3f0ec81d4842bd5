import { addParamsFromQuery, cidToText, ClusterError, quote } from '@ipfs-cluster/api'
import type { AddedOutput, AddParams } from '@ipfs-cluster/api'
import { messageOf } from '@ipfs-cluster/core/util'
import type { QueryGroup, Route } from '../../common/route.ts'
import { addAnswer } from '../../rest/add/add-answer.ts'
import { readBoundary } from '../../rest/add/entries.ts'
import { addParams, refuse } from '../../rest/parameters.ts'
import { proxyRoute } from '../route.ts'
import type { ProxyContext } from '../route.ts'

/** Options of Kubo, some of which a cluster has under other names. */
const kuboAddParams: QueryGroup<AddParams> = {
  parameters: [
    ...addParams.parameters,
    { name: 'trickle', type: 'boolean', default: false, doc: 'The same as `layout=trickle`' },
    { name: 'pin', type: 'boolean', default: true, doc: '`false` is the same as `no-pin=true`' },
    { name: 'pin-name', type: 'string', doc: 'The same as `name`' },
    { name: 'only-hash', type: 'boolean', default: false, doc: 'Refused: a cluster cannot do without the blocks' }
  ],
  read: (query) => {
    if (query.get('only-hash') === 'true') {
      throw new ClusterError('ERR_BAD_REQUEST', 'only-hash is not supported when adding to cluster')
    }
    const params = readParams(query)
    if (query.get('trickle') === 'true') params.layout = 'trickle'
    if (query.get('pin') === 'false') params.noPin = true
    params.name ||= query.get('pin-name') ?? ''
    return params
  }
}

export const addRoutes: readonly Route<ProxyContext>[] = [
  proxyRoute({
    name: 'add',
    method: 'POST',
    path: '/api/v0/add',
    summary: 'Adds files to the cluster, and pins what came of it',
    query: { params: kuboAddParams },
    body: { contentType: 'multipart/form-data', doc: 'Files, folders and symlinks, one part each' },
    answers: [{ status: 200, doc: 'An object on each line, the root last', type: 'KuboAdded', form: 'lines' }],
    errors: { 500: 'The request cannot be read, or the peer could not do it' },
    handle: ({ cluster }, { params }, request) => {
      refuse('error reading request', () => readBoundary(request.raw.headers['content-type']))
      return addAnswer(cluster, params, request, encodeAdded)
    }
  })
]

/** The Go release leaves out the space. */
function readParams(query: Parameters<typeof addParamsFromQuery>[0]): AddParams {
  try {
    return addParamsFromQuery(query)
  } catch (cause) {
    throw new ClusterError('ERR_BAD_REQUEST', `error parsing options:${messageOf(cause)}`, { cause })
  }
}

/** As Kubo words it: the size is a text, and what is 0 is left out. */
function encodeAdded({ name, cid, bytes, size }: AddedOutput): string {
  let text = `{"Name":${quote(name)}`
  if (cid !== null) text += `,"Hash":"${cidToText(cid)}"`
  if (bytes !== 0) text += `,"Bytes":${bytes}`
  if (size !== 0) text += `,"Size":"${size}"`
  return `${text}}\n`
}
