import { ClusterError, encodeIdLine, idToJSON, parsePeerId, stringify, versionToJSON } from '@ipfs-cluster/api'
import type { PeerId } from '@ipfs-cluster/api'
import type { Cluster } from '@ipfs-cluster/core/cluster'
import type { IncomingMessage } from 'node:http'
import { document, empty, lines } from '../../common/answer.ts'
import type { Route } from '../../common/route.ts'
import { readText } from '../../common/body.ts'
import { mapStream } from '../streams.ts'
import { peerParameter } from '../parameters.ts'
import { BAD_ARGUMENT, clusterRoute, FAILED } from '../route.ts'

/** Who the peer is, and who else is in the cluster. */
export const peerRoutes: readonly Route<Cluster>[] = [
  clusterRoute({
    name: 'id',
    method: 'GET',
    path: '/id',
    summary: 'Tells who this peer is and whom it sees',
    answers: [{ status: 200, doc: 'The peer', type: 'ID' }],
    errors: { 500: FAILED },
    handle: async (cluster, _values, { signal }) => document(stringify(idToJSON(await cluster.id({ signal }))))
  }),
  clusterRoute({
    name: 'version',
    method: 'GET',
    path: '/version',
    summary: 'Tells the version of this peer',
    answers: [{ status: 200, doc: 'The version', type: 'Version' }],
    errors: {},
    handle: (cluster) => document(stringify(versionToJSON({ version: cluster.version() })))
  }),
  clusterRoute({
    name: 'peers',
    method: 'GET',
    path: '/peers',
    summary: 'Lists the members of the cluster, each with its own account of itself',
    answers: [
      { status: 200, doc: 'A peer on each line; one that cannot be asked has `error` set', type: 'ID', form: 'lines' },
      { status: 204, doc: 'There are none' }
    ],
    errors: { 500: FAILED },
    handle: (cluster, _values, { signal }) => lines(mapStream(cluster.peers({ signal }), encodeIdLine))
  }),
  clusterRoute({
    name: 'peerAdd',
    method: 'POST',
    path: '/peers',
    summary: 'Adds a peer to the cluster',
    body: { contentType: 'application/json', doc: '`{"peer_id":"12D3KooW..."}`' },
    answers: [{ status: 200, doc: 'The new peer', type: 'ID' }],
    errors: { 400: BAD_ARGUMENT, 500: FAILED },
    handle: async (cluster, _values, { raw, signal }) => {
      const peer = await readPeer(raw)
      return document(stringify(idToJSON(await cluster.peerAdd(peer, { signal }))))
    }
  }),
  clusterRoute({
    name: 'peerRemove',
    method: 'DELETE',
    path: '/peers/{peer}',
    summary: 'Removes a peer from the cluster',
    params: { peer: peerParameter },
    answers: [{ status: 204, doc: 'It is removed' }],
    errors: { 400: BAD_ARGUMENT, 500: FAILED },
    handle: async (cluster, { peer }, { signal }) => {
      await cluster.peerRemove(peer, { signal })
      return empty()
    }
  })
]

async function readPeer(request: IncomingMessage): Promise<PeerId> {
  const { peer_id: peer } = parseObject(await readText(request))
  try {
    return parsePeerId(typeof peer === 'string' ? peer : '')
  } catch (cause) {
    throw new ClusterError('ERR_BAD_REQUEST', 'error decoding peer_id', { cause })
  }
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Refused below, with the same words as what is JSON but no object.
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ClusterError('ERR_BAD_REQUEST', 'error decoding request body')
  }
  return value as Record<string, unknown>
}
