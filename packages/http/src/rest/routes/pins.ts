import { encodeGlobalPinInfoLine, encodePinLine } from '@ipfs-cluster/api'
import type { GlobalPinInfo } from '@ipfs-cluster/api'
import { globalPinInfoOf } from '@ipfs-cluster/core/cluster'
import type { Cluster } from '@ipfs-cluster/core/cluster'
import { parseIpfsPath } from '@ipfs-cluster/core/ipfs'
import type { CID } from 'multiformats/cid'
import { line, lines } from '../../common/answer.ts'
import type { Answer, LinesAnswer } from '../../common/answer.ts'
import type { Route } from '../../common/route.ts'
import {
  checkedPinOptions,
  cidParameter,
  localFlag,
  namespaceParameter,
  pathParameter,
  pinOptions,
  refuse,
  statusSelection
} from '../parameters.ts'
import { BAD_ARGUMENT, clusterRoute, FAILED, NOT_PINNED } from '../route.ts'
import { gather, mapStream } from '../streams.ts'

const STATUS_LINES = [
  { status: 200, doc: 'An item on each line', type: 'GlobalPinInfo', form: 'lines' },
  { status: 204, doc: 'There are none' }
] as const

/** Pinning, unpinning, and the state of pins. */
export const pinRoutes: readonly Route<Cluster>[] = [
  clusterRoute({
    name: 'statusAll',
    method: 'GET',
    path: '/pins',
    summary: 'Lists the state of the pins on the peers',
    query: { selection: statusSelection, local: localFlag },
    answers: STATUS_LINES,
    errors: { 400: BAD_ARGUMENT, 500: FAILED },
    handle: (cluster, { selection, local }, { signal }) => {
      if ('cids' in selection) return infoLines(gather(selection.cids, (cid) => statusOf(cluster, cid, local, signal)))
      if (local) return infoLines(mapStream(cluster.statusAllLocal(selection.filter, { signal }), globalPinInfoOf))
      return infoLines(cluster.statusAll(selection.filter, { signal }))
    }
  }),
  clusterRoute({
    name: 'recover',
    method: 'POST',
    path: '/pins/{cid}/recover',
    summary: 'Tries again what failed with a pin',
    params: { cid: cidParameter },
    query: { checked: checkedPinOptions, local: localFlag },
    answers: [{ status: 200, doc: 'The state after', type: 'GlobalPinInfo' }],
    errors: { 400: BAD_ARGUMENT, 404: `${NOT_PINNED}; with \`local=true\` only`, 500: FAILED },
    handle: async (cluster, { cid, local }, { signal }) =>
      infoLine(
        local ? globalPinInfoOf(await cluster.recoverLocal(cid, { signal })) : await cluster.recover(cid, { signal })
      )
  }),
  clusterRoute({
    name: 'recoverAll',
    method: 'POST',
    path: '/pins/recover',
    summary: 'Tries again everything that failed, and lists what was queued',
    query: { local: localFlag },
    answers: STATUS_LINES,
    errors: { 500: FAILED },
    handle: (cluster, { local }, { signal }) =>
      infoLines(
        local ? mapStream(cluster.recoverAllLocal({ signal }), globalPinInfoOf) : cluster.recoverAll({ signal })
      )
  }),
  clusterRoute({
    name: 'status',
    method: 'GET',
    path: '/pins/{cid}',
    summary: 'Tells the state of one CID; one that is not pinned is `unpinned`',
    params: { cid: cidParameter },
    query: { checked: checkedPinOptions, local: localFlag },
    answers: [{ status: 200, doc: 'The state', type: 'GlobalPinInfo' }],
    errors: { 400: BAD_ARGUMENT, 500: FAILED },
    handle: async (cluster, { cid, local }, { signal }) => infoLine(await statusOf(cluster, cid, local, signal))
  }),
  clusterRoute({
    name: 'pin',
    method: 'POST',
    path: '/pins/{cid}',
    summary: 'Pins a CID',
    params: { cid: cidParameter },
    query: { options: pinOptions },
    answers: [{ status: 200, doc: 'The pin', type: 'Pin' }],
    errors: { 400: BAD_ARGUMENT, 404: 'The pin named by `pin-update` is not part of the pinset', 500: FAILED },
    handle: async (cluster, { cid, options }, { signal }) =>
      line(encodePinLine(await cluster.pin(cid, options, { signal })))
  }),
  clusterRoute({
    name: 'pinPath',
    method: 'POST',
    path: '/pins/{namespace}/{path...}',
    summary: 'Pins what an IPFS path stands for now',
    params: { namespace: namespaceParameter, path: pathParameter },
    query: { options: pinOptions },
    answers: [{ status: 200, doc: 'The pin', type: 'Pin' }],
    errors: { 400: BAD_ARGUMENT, 404: 'The pin named by `pin-update` is not part of the pinset', 500: FAILED },
    handle: async (cluster, { namespace, path, options }, { signal }) =>
      line(encodePinLine(await cluster.pinPath(readPath(namespace, path), options, { signal })))
  }),
  clusterRoute({
    name: 'unpin',
    method: 'DELETE',
    path: '/pins/{cid}',
    summary: 'Removes a pin',
    params: { cid: cidParameter },
    query: { checked: checkedPinOptions },
    answers: [{ status: 200, doc: 'The pin as it was', type: 'Pin' }],
    errors: { 400: BAD_ARGUMENT, 404: NOT_PINNED, 500: FAILED },
    handle: async (cluster, { cid }, { signal }) => line(encodePinLine(await cluster.unpin(cid, { signal })))
  }),
  clusterRoute({
    name: 'unpinPath',
    method: 'DELETE',
    path: '/pins/{namespace}/{path...}',
    summary: 'Removes the pin of what an IPFS path stands for now',
    params: { namespace: namespaceParameter, path: pathParameter },
    query: { checked: checkedPinOptions },
    answers: [{ status: 200, doc: 'The pin as it was', type: 'Pin' }],
    errors: { 400: BAD_ARGUMENT, 404: NOT_PINNED, 500: FAILED },
    handle: async (cluster, { namespace, path }, { signal }) =>
      line(encodePinLine(await cluster.unpinPath(readPath(namespace, path), { signal })))
  })
]

async function statusOf(cluster: Cluster, cid: CID, local: boolean, signal: AbortSignal): Promise<GlobalPinInfo> {
  return local ? globalPinInfoOf(await cluster.statusLocal(cid, { signal })) : cluster.status(cid, { signal })
}

function infoLine(info: GlobalPinInfo): Answer {
  return line(encodeGlobalPinInfoLine(info))
}

function infoLines(infos: AsyncIterable<GlobalPinInfo>): LinesAnswer {
  return lines(mapStream(infos, encodeGlobalPinInfoLine))
}

/** Checks a path, and gives it its usual form. */
function readPath(namespace: string, path: string): string {
  return refuse('error parsing path', () => parseIpfsPath(`/${namespace}/${path}`)).text
}
