import { ClusterError, encodeAddedOutputLine } from '@ipfs-cluster/api'
import type { AddParams } from '@ipfs-cluster/api'
import type { AddEntry, Cluster } from '@ipfs-cluster/core/cluster'
import { messageOf } from '@ipfs-cluster/core/util'
import type { Answer, HeaderList } from '../../common/answer.ts'
import { restErrorBody } from '../../common/failure.ts'
import type { HttpRequest } from '../../common/http-request.ts'
import type { Route } from '../../common/route.ts'
import { readBoundary, toEntries } from '../add/entries.ts'
import { parseMultipart } from '../add/multipart.ts'
import { peek } from '../add/peek.ts'
import { bodyOf } from '../../common/body.ts'
import { addParams } from '../parameters.ts'
import { BAD_ARGUMENT, clusterRoute, FAILED } from '../route.ts'
import { mapStream } from '../streams.ts'

/** Browsers must not keep the answer, and clients of Kubo count on the connection to end. */
const HEADERS: HeaderList = ['Cache-Control', 'no-cache', 'Connection', 'close']

/** Characters of the list at the end of an add that is not streamed: some hundred thousand objects. */
const MAX_LIST = 128 * 1024 * 1024

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
    handle: add
  })
]

async function add(
  cluster: Cluster,
  { params }: { readonly params: AddParams },
  request: HttpRequest
): Promise<Answer> {
  const boundary = readBoundary(request.raw.headers['content-type'])
  const entries = await peek(toEntries(parseMultipart(bodyOf(request.raw), boundary)))
  if (entries === undefined) throw new ClusterError('ERR_BAD_REQUEST', 'multipart: the request body has no parts')
  const outputs = addedLines(cluster, entries, params, request.signal)
  if (!params.streamChannels) return listAnswer(outputs)
  return {
    kind: 'lines',
    status: 200,
    eager: true,
    ownContentType: true,
    headers: [...HEADERS, 'X-Chunked-Output', '1'],
    lines: outputs
  }
}

function addedLines(
  cluster: Cluster,
  entries: AsyncIterable<AddEntry>,
  params: AddParams,
  signal: AbortSignal
): AsyncGenerator<string, void, undefined> {
  return mapStream(cluster.add(entries, params, { signal }), encodeAddedOutputLine)
}

/** One list at the end: its status depends on what comes last. */
async function listAnswer(outputs: AsyncIterable<string>): Promise<Answer> {
  try {
    return { kind: 'document', status: 200, ownContentType: true, headers: HEADERS, body: await collect(outputs) }
  } catch (err) {
    return {
      kind: 'document',
      status: 500,
      ownContentType: true,
      headers: HEADERS,
      body: restErrorBody(500, messageOf(err))
    }
  }
}

async function collect(outputs: AsyncIterable<string>): Promise<string> {
  let list = '['
  for await (const text of outputs) {
    list += (list === '[' ? '' : ',') + text.slice(0, -1)
    if (list.length > MAX_LIST)
      throw new ClusterError('ERR_BAD_REQUEST', 'too many objects for one list: ask for stream-channels=true')
  }
  return `${list}]\n`
}
