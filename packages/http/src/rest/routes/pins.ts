import {
  encodeGlobalPinInfoLine,
  encodePinLine,
  explainedPinInfoToJSON,
  matchesFilter,
  pinCountsToJSON,
  stringify
} from '@ipfs-cluster/api'
import type { GlobalPinInfo, StatusFilter } from '@ipfs-cluster/api'
import { globalPinInfoOf } from '@ipfs-cluster/core/cluster'
import type { Cluster } from '@ipfs-cluster/core/cluster'
import { pinKeyToCid } from '@ipfs-cluster/core/codec'
import { parseIpfsPath } from '@ipfs-cluster/core/ipfs'
import type { PinState, StoredPin } from '@ipfs-cluster/core/state'
import type { CID } from 'multiformats/cid'
import { document, line, lines } from '../../common/answer.ts'
import type { Answer, LinesAnswer } from '../../common/answer.ts'
import type { Route } from '../../common/route.ts'
import { bodyOf } from '../../common/body.ts'
import { pinBatch } from '../batch.ts'
import { explainedInfo } from '../explanation.ts'
import { PAGE_HEADERS, pageLines } from '../listing/answers.ts'
import { listSelected, readPage } from '../listing/page.ts'
import { selection } from '../listing/selection.ts'
import type { Selection } from '../listing/selection.ts'
import { statusLines } from '../listing/status-lines.ts'
import {
  checkedPinOptions,
  cidParameter,
  explainFlag,
  localFlag,
  namespaceParameter,
  pathParameter,
  pinOptions,
  refuse,
  statusSelection
} from '../parameters.ts'
import { BAD_ARGUMENT, clusterRoute, FAILED, NOT_PINNED } from '../route.ts'
import { gather, mapAhead, mapStream } from '../streams.ts'

/** Pins of a page whose peers are asked at the same time. */
const STATUSES_AT_ONCE = 32

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
    query: { which: statusSelection, local: localFlag, selected: selection },
    answers: [
      {
        ...{ status: 200, type: 'GlobalPinInfo', form: 'lines', headers: PAGE_HEADERS },
        doc: 'An item on each line; a page with a `filter` has fewer than `limit` when not all of its pins match'
      },
      { status: 204, doc: 'There are none' }
    ],
    errors: { 400: BAD_ARGUMENT, 500: FAILED },
    handle: async (cluster, { which, local, selected }, { signal }) => {
      const ask = (cid: CID): Promise<GlobalPinInfo> => statusOf(cluster, cid, local, signal)
      if ('cids' in which) return infoLines(gather(which.cids, ask))
      if (selected !== undefined)
        return selectedStatuses(cluster.state, { selected, ask, filter: which.filter }, signal)
      return lines(statusLines(cluster.listStatuses(which.filter, { local, signal })))
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
    name: 'pinCounts',
    method: 'GET',
    path: '/pins/counts',
    summary: 'Tells how many pins have each status on this peer',
    answers: [
      {
        ...{ status: 200, type: 'PinCounts' },
        doc: 'The counts; `compared_at` says when the pinset was last compared with what the IPFS node holds'
      }
    ],
    errors: { 500: FAILED },
    handle: async (cluster, _values, { signal }) => {
      const { statuses, comparedAt } = await cluster.pinCounts({ signal })
      return document(stringify(pinCountsToJSON({ peer: cluster.peerId, statuses, comparedAt })))
    }
  }),
  clusterRoute({
    name: 'status',
    method: 'GET',
    path: '/pins/{cid}',
    summary: 'Tells the state of one CID; one that is not pinned is `unpinned`',
    params: { cid: cidParameter },
    query: { checked: checkedPinOptions, local: localFlag, explain: explainFlag },
    answers: [{ status: 200, doc: 'The state; with `explain` the reasons for it', type: 'ExplainedPinInfo' }],
    errors: { 400: BAD_ARGUMENT, 500: FAILED },
    handle: async (cluster, { cid, local, explain }, { signal }) =>
      explain
        ? document(stringify(explainedPinInfoToJSON(explainedInfo(await cluster.explain(cid, { signal })))))
        : infoLine(await statusOf(cluster, cid, local, signal))
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
    name: 'pinBatch',
    method: 'POST',
    path: '/pins/batch',
    summary: 'Pins many CIDs; the results are to be read while the pins are sent',
    body: {
      contentType: 'application/x-ndjson',
      doc: 'A pin on each line: its `cid`, and the options that are not to have their defaults',
      type: 'BatchPin'
    },
    answers: [
      { status: 200, doc: 'A result for each line, in the same order', type: 'BatchResult', form: 'lines' },
      { status: 204, doc: 'There was no line' }
    ],
    errors: {},
    handle: (cluster, _values, { raw, signal }) => lines(pinBatch(cluster, bodyOf(raw), signal))
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

/** Only peers that hold the pins of the page are asked, pin by pin: nobody goes through all that it has. */
async function selectedStatuses(
  state: PinState,
  { selected, ask, filter }: { selected: Selection; ask: (cid: CID) => Promise<GlobalPinInfo>; filter: StatusFilter },
  signal: AbortSignal
): Promise<Answer> {
  const options = { types: 0, signal }
  const { limit } = selected
  const page = limit === undefined ? undefined : await readPage(state, selected, limit, options)
  const pins = page === undefined ? listSelected(state, selected, options) : [page.pins]
  const infos = mapAhead(keysOf(pins), STATUSES_AT_ONCE, (key) => ask(pinKeyToCid(key)))
  return pageLines(mapStream(matching(infos, filter), encodeGlobalPinInfoLine), page?.next)
}

async function* keysOf(
  batches: AsyncIterable<readonly StoredPin[]> | Iterable<readonly StoredPin[]>
): AsyncGenerator<string, void, undefined> {
  for await (const batch of batches) for (const { key } of batch) yield key
}

/** Items that some peer reports in one of these states, with the peers that do. */
async function* matching(
  infos: AsyncIterable<GlobalPinInfo>,
  filter: StatusFilter
): AsyncGenerator<GlobalPinInfo, void, undefined> {
  for await (const info of infos) {
    const peers = Object.entries(info.peerMap).filter(([, { status }]) => matchesFilter(status, filter))
    if (filter === 0) yield info
    else if (peers.length > 0) yield { ...info, peerMap: Object.fromEntries(peers) }
  }
}

/** Checks a path, and gives it its usual form. */
function readPath(namespace: string, path: string): string {
  return refuse('error parsing path', () => parseIpfsPath(`/${namespace}/${path}`)).text
}
