import { ClusterError } from '@ipfs-cluster/api'
import type { AddedOutput, AddParams } from '@ipfs-cluster/api'
import type { Cluster } from '@ipfs-cluster/core/cluster'
import { messageOf } from '@ipfs-cluster/core/util'
import type { Answer, HeaderList } from '../../common/answer.ts'
import { bodyOf } from '../../common/body.ts'
import { restErrorBody } from '../../common/failure.ts'
import type { HttpRequest } from '../../common/http-request.ts'
import { mapStream } from '../streams.ts'
import { readBoundary, toEntries } from './entries.ts'
import { parseMultipart } from './multipart.ts'
import { peek } from './peek.ts'

/** Browsers must not keep the answer, and clients of Kubo count on the connection to end. */
const HEADERS: HeaderList = ['Cache-Control', 'no-cache', 'Connection', 'close']

/** Characters of the list at the end of an add that is not streamed: some hundred thousand objects. */
const MAX_LIST = 128 * 1024 * 1024

/**
 * Adds the files of a request: the answer to an upload on every surface that takes one (spec: rest 6).
 *
 * @param encode - an object as a line
 * @throws ClusterError `ERR_BAD_REQUEST` when the request is no upload
 */
export async function addAnswer(
  cluster: Pick<Cluster, 'add'>,
  params: AddParams,
  request: HttpRequest,
  encode: (output: AddedOutput) => string
): Promise<Answer> {
  const boundary = readBoundary(request.raw.headers['content-type'])
  const entries = await peek(toEntries(parseMultipart(bodyOf(request.raw), boundary)))
  if (entries === undefined) throw new ClusterError('ERR_BAD_REQUEST', 'multipart: the request body has no parts')
  const outputs = mapStream(cluster.add(entries, params, { signal: request.signal }), encode)
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
