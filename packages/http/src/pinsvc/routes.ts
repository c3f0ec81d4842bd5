import { document } from '../common/answer.ts'
import type { DocumentAnswer } from '../common/answer.ts'
import { readText } from '../common/body.ts'
import { route } from '../common/route.ts'
import type { BodyDoc, Route } from '../common/route.ts'
import { listQuery, requestIdParameter } from './parameters.ts'
import { readPinRequest } from './pin-request.ts'
import { encodePinResults, encodePinStatus } from './pin-status.ts'
import type { PinStatus } from './pin-status.ts'
import type { PinningService } from './pinning-service.ts'

const serviceRoute = route<PinningService>()

const PIN: BodyDoc = {
  contentType: 'application/json',
  doc: 'The pin: `cid`, and if you like `name`, `origins`, `meta`'
}
const BAD_ARGUMENT = 'The request cannot be read; `details` says why'
const NOT_PINNED = 'There is no such pin'
const FAILED = 'The peer could not do it; `details` says why'

/** With its length, which is 0: some clients wait for a body otherwise. */
const NO_BODY: DocumentAnswer = { kind: 'document', status: 202, body: '' }

/** All routes of the Pinning Service API, but those that every surface has. */
export const pinsvcRoutes: readonly Route<PinningService>[] = [
  serviceRoute({
    name: 'getPins',
    method: 'GET',
    path: '/pins',
    summary: 'Lists pins, newest first',
    query: { query: listQuery },
    answers: [{ status: 200, doc: 'A page of pins, and how many there are', type: 'PinResults' }],
    errors: { 400: BAD_ARGUMENT, 500: FAILED },
    handle: async (service, { query }, { signal }) => document(encodePinResults(await service.list(query, { signal })))
  }),
  serviceRoute({
    name: 'addPin',
    method: 'POST',
    path: '/pins',
    summary: 'Pins a CID',
    body: PIN,
    answers: [{ status: 202, doc: 'The pin', type: 'PinStatus' }],
    errors: { 400: BAD_ARGUMENT, 500: FAILED },
    handle: async (service, _values, { raw, signal }) =>
      accepted(await service.add(readPinRequest(await readText(raw)), { signal }))
  }),
  serviceRoute({
    name: 'getPinByRequestId',
    method: 'GET',
    path: '/pins/{requestid}',
    summary: 'Tells the status of a pin',
    params: { requestid: requestIdParameter },
    answers: [{ status: 200, doc: 'The pin', type: 'PinStatus' }],
    errors: { 400: BAD_ARGUMENT, 404: NOT_PINNED, 500: FAILED },
    handle: async (service, { requestid }, { signal }) =>
      document(encodePinStatus(await service.get(requestid, { signal })))
  }),
  serviceRoute({
    name: 'replacePinByRequestId',
    method: 'POST',
    path: '/pins/{requestid}',
    summary: 'Pins another CID in place of a pin; what the body does not give is taken over from it',
    params: { requestid: requestIdParameter },
    body: PIN,
    answers: [{ status: 202, doc: 'The new pin', type: 'PinStatus' }],
    errors: { 400: BAD_ARGUMENT, 404: NOT_PINNED, 500: FAILED },
    handle: async (service, { requestid }, { raw, signal }) =>
      accepted(await service.replace(requestid, readPinRequest(await readText(raw)), { signal }))
  }),
  serviceRoute({
    name: 'deletePinByRequestId',
    method: 'DELETE',
    path: '/pins/{requestid}',
    summary: 'Removes a pin',
    params: { requestid: requestIdParameter },
    answers: [{ status: 202, doc: 'It is no longer pinned' }],
    errors: { 400: BAD_ARGUMENT, 404: NOT_PINNED, 500: FAILED },
    handle: async (service, { requestid }, { signal }) => {
      await service.remove(requestid, { signal })
      return NO_BODY
    }
  })
]

function accepted(status: PinStatus): DocumentAnswer {
  return document(encodePinStatus(status), 202)
}
