import {
  ClusterError,
  drainProgressToJSON,
  getText,
  parseGoDuration,
  peerMarkToJSON,
  rebalancePlanToJSON,
  rebalanceProgressToJSON,
  repairProgressToJSON,
  stringify
} from '@ipfs-cluster/api'
import type { Cluster, PeerMark } from '@ipfs-cluster/core/cluster'
import { document, empty } from '../../common/answer.ts'
import type { Answer } from '../../common/answer.ts'
import { readText } from '../../common/body.ts'
import type { QueryGroup, Route } from '../../common/route.ts'
import { peerParameter, refuse } from '../parameters.ts'
import { markInfo, planInfo, readPlan } from '../repair.ts'
import { BAD_ARGUMENT, clusterRoute, FAILED } from '../route.ts'

/** Bytes of a plan: as many moves as one can have. */
const MAX_PLAN = 4 * 1024 * 1024

const BUSY = 'Another rebalancing is under way'

const maintenanceTime: QueryGroup<number | undefined> = {
  parameters: [
    { name: 'for', type: 'duration', doc: 'After what time it ends by itself, e.g. `2h`; absent: it is to be ended' }
  ],
  read: (query) => {
    const text = getText(query, 'for')
    if (text === '') return undefined
    const milliseconds = refuse('for cannot be parsed', () => parseGoDuration(text))
    if (milliseconds < 1000) throw new ClusterError('ERR_BAD_REQUEST', 'for must be a second at least')
    return milliseconds
  }
}

const toMinimum: QueryGroup<boolean> = {
  parameters: [
    {
      name: 'to-minimum',
      type: 'boolean',
      default: false,
      doc: 'Where there are not enough other peers, a pin may be left with its minimum of copies; only `true` counts'
    }
  ],
  read: (query) => query.get('to-minimum') === 'true'
}

/** What operators do about peers and their copies. */
export const repairRoutes: readonly Route<Cluster>[] = [
  clusterRoute({
    name: 'repair',
    method: 'GET',
    path: '/repair',
    summary: 'Tells how far this peer is with the pins of peers that are gone',
    answers: [{ status: 200, doc: 'How far it is', type: 'RepairProgress' }],
    errors: {},
    handle: ({ repair }) => document(stringify(repairProgressToJSON(repair.progress())))
  }),
  clusterRoute({
    name: 'peerMarks',
    method: 'GET',
    path: '/peers/marks',
    summary: 'Lists the peers that are under maintenance or drained',
    answers: [{ status: 200, doc: 'The marks', type: 'PeerMark', form: 'list' }],
    errors: {},
    handle: ({ repair }) => document(stringify(repair.marks().map((mark) => peerMarkToJSON(markInfo(mark)))))
  }),
  clusterRoute({
    name: 'peerMaintenance',
    method: 'POST',
    path: '/peers/{peer}/maintenance',
    summary: 'Lets a peer be away without its pins being placed anew; it need not be there to be marked',
    params: { peer: peerParameter },
    query: { time: maintenanceTime },
    answers: [{ status: 200, doc: 'The mark', type: 'PeerMark' }],
    errors: { 400: BAD_ARGUMENT, 500: FAILED },
    handle: async ({ repair }, { peer, time }, { signal }) => {
      const until = time === undefined ? {} : { until: Date.now() + Math.round(time) }
      return markAnswer(await repair.setMaintenance(peer, { signal, ...until }))
    }
  }),
  clusterRoute({
    name: 'peerDrain',
    method: 'POST',
    path: '/peers/{peer}/drain',
    summary: 'Has the pins of a peer go elsewhere, so that it can be taken away; it need not be there',
    params: { peer: peerParameter },
    query: { toMinimum },
    answers: [{ status: 200, doc: 'The mark', type: 'PeerMark' }],
    errors: { 400: BAD_ARGUMENT, 500: FAILED },
    handle: async ({ repair }, { peer, toMinimum: least }, { signal }) =>
      markAnswer(await repair.drain(peer, { signal, toMinimum: least }))
  }),
  clusterRoute({
    name: 'peerDrainProgress',
    method: 'GET',
    path: '/peers/{peer}/drain',
    summary: 'Tells what is left of a drain; goes through the pinset',
    params: { peer: peerParameter },
    answers: [{ status: 200, doc: 'What is left', type: 'DrainProgress' }],
    errors: { 400: BAD_ARGUMENT, 500: FAILED },
    handle: async ({ repair }, { peer }, { signal }) =>
      document(stringify(drainProgressToJSON(await repair.drainProgress(peer, { signal }))))
  }),
  clusterRoute({
    name: 'peerUnmark',
    method: 'DELETE',
    path: '/peers/{peer}/mark',
    summary: 'Ends the maintenance of a peer, or stops its drain where it is',
    params: { peer: peerParameter },
    answers: [{ status: 204, doc: 'There is no mark' }],
    errors: { 400: BAD_ARGUMENT, 500: FAILED },
    handle: async ({ repair }, { peer }, { signal }) => {
      await repair.clearMark(peer, { signal })
      return empty()
    }
  }),
  clusterRoute({
    name: 'rebalancePlan',
    method: 'GET',
    path: '/rebalance/plan',
    summary: 'Finds moves that would make the peers equally full; changes nothing',
    answers: [{ status: 200, doc: 'The plan', type: 'RebalancePlan' }],
    errors: { 500: FAILED },
    handle: async ({ repair }, _values, { signal }) =>
      document(stringify(rebalancePlanToJSON(planInfo(await repair.planRebalance({ signal })))))
  }),
  clusterRoute({
    name: 'rebalance',
    method: 'POST',
    path: '/rebalance',
    summary: 'Carries out a plan, in the background; without one, the plan that is found now',
    body: { contentType: 'application/json', doc: 'A plan', type: 'RebalancePlan', optional: true },
    answers: [{ status: 200, doc: 'How far it is', type: 'RebalanceProgress' }],
    errors: { 400: BAD_ARGUMENT, 409: BUSY, 500: FAILED },
    handle: async ({ repair }, _values, { raw, signal }) => {
      const text = await readText(raw, MAX_PLAN)
      repair.startRebalance(text.trim() === '' ? await repair.planRebalance({ signal }) : readPlan(text))
      return document(stringify(rebalanceProgressToJSON(repair.rebalanceProgress())))
    }
  }),
  clusterRoute({
    name: 'rebalanceProgress',
    method: 'GET',
    path: '/rebalance',
    summary: 'Tells how far the rebalancing is that was started on this peer',
    answers: [{ status: 200, doc: 'How far it is', type: 'RebalanceProgress' }],
    errors: {},
    handle: ({ repair }) => document(stringify(rebalanceProgressToJSON(repair.rebalanceProgress())))
  }),
  clusterRoute({
    name: 'rebalanceStop',
    method: 'DELETE',
    path: '/rebalance',
    summary: 'Begins no more moves, and answers when those under way have ended or are taken back',
    answers: [{ status: 200, doc: 'How far it came', type: 'RebalanceProgress' }],
    errors: { 500: FAILED },
    handle: async ({ repair }, _values, { signal }) => {
      await repair.stopRebalance({ signal })
      return document(stringify(rebalanceProgressToJSON(repair.rebalanceProgress())))
    }
  })
]

function markAnswer(mark: PeerMark): Answer {
  return document(stringify(peerMarkToJSON(markInfo(mark))))
}
