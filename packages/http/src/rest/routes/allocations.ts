import { encodePinLine } from '@ipfs-cluster/api'
import type { Cluster } from '@ipfs-cluster/core/cluster'
import { line, lines } from '../../common/answer.ts'
import type { Route } from '../../common/route.ts'
import { PAGE_HEADERS, pageLines } from '../listing/answers.ts'
import { listSelected, readPage } from '../listing/page.ts'
import { selection } from '../listing/selection.ts'
import { storedPinLines } from '../stored-pins.ts'
import { checkedPinOptions, cidParameter, pinTypeFilter } from '../parameters.ts'
import { BAD_ARGUMENT, clusterRoute, FAILED, NOT_PINNED } from '../route.ts'

/** The pinset itself, without the state of its items. */
export const allocationRoutes: readonly Route<Cluster>[] = [
  clusterRoute({
    name: 'allocations',
    method: 'GET',
    path: '/allocations',
    summary: 'Lists the pinset',
    query: { types: pinTypeFilter, selected: selection },
    answers: [
      { status: 200, doc: 'A pin on each line', type: 'Pin', form: 'lines', headers: PAGE_HEADERS },
      { status: 204, doc: 'There are none' }
    ],
    errors: { 400: BAD_ARGUMENT, 500: FAILED },
    handle: async ({ state }, { types, selected }, { signal }) => {
      const options = { types, signal }
      if (selected === undefined) return lines(storedPinLines(state.listStored(options)))
      if (selected.limit === undefined) return lines(storedPinLines(listSelected(state, selected, options)))
      const { pins, next } = await readPage(state, selected, selected.limit, options)
      return pageLines(storedPinLines([pins]), next)
    }
  }),
  clusterRoute({
    name: 'allocation',
    method: 'GET',
    path: '/allocations/{cid}',
    summary: 'Gives one pin',
    params: { cid: cidParameter },
    query: { checked: checkedPinOptions },
    answers: [{ status: 200, doc: 'The pin', type: 'Pin' }],
    errors: { 400: BAD_ARGUMENT, 404: NOT_PINNED, 500: FAILED },
    handle: async (cluster, { cid }, { signal }) => line(encodePinLine(await cluster.pinGet(cid, { signal })))
  })
]
