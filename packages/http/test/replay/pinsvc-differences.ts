import { withoutHeader } from './differences.ts'
import type { Difference } from './replay.ts'
import type { Case, Recorded } from './vectors.ts'

const REASONS: Readonly<Record<number, string>> = { 400: 'BAD_REQUEST', 401: 'UNAUTHORIZED', 404: 'NOT_FOUND' }

/** Texts of mistakes in a query. */
const QUERY_ERROR = /"reason":"error (?:decoding cid|in 'name'|(?:decoding|parsing|unmarshalling) '\w+' query param)/

const METHODS: Readonly<Record<string, string>> = { '/pins': 'GET, POST', '/pins/{requestid}': 'DELETE, GET, POST' }

/** What one of three peers was told to add, a moment before another one was asked for a list. */
const ADDED_LOCALLY = 'QmczBvC3FUwB6c823eEB8x8Dd8uCCMorrLJe3WPwMgFqgf'

/** Where the Pinning Service API differs from that of the Go release, because the standard says otherwise. */
export const PINSVC_DIFFERENCES: readonly Difference[] = [
  {
    reason: 'What was added by way of another peer a moment ago is there',
    cases: ['pinsvc-list'],
    correct: (answer: Recorded): Recorded => {
      const { results } = JSON.parse(answer.body) as { results: { requestid: string; pin: object }[] }
      const [added = { requestid: '', pin: {} }] = results.slice(-1)
      const late = { ...added, requestid: ADDED_LOCALLY, pin: { ...added.pin, cid: ADDED_LOCALLY } }
      return withBody(answer, `${JSON.stringify({ count: results.length + 1, results: [...results, late] })}\n`)
    }
  },
  {
    reason: 'A request to pin is answered with 202',
    cases: ({ request, response }) => request.method === 'POST' && response.body.includes('"requestid"'),
    correct: (answer) => ({ ...answer, status: answer.status === 200 ? 202 : answer.status })
  },
  {
    reason: 'Creation times are unique, so they have a fraction at all times',
    cases: ({ response }) => response.body.includes('"created"'),
    correct: (answer) => withBody(answer, answer.body.replaceAll(/("created":"[^".]*)(?:\.\d+)?Z"/g, '$1.123Z"'))
  },
  {
    reason: 'A bad query is 400, not 500',
    cases: ({ response }) => QUERY_ERROR.test(response.body),
    correct: (answer) => ({ ...answer, status: 400 })
  },
  {
    reason: 'With a bad request ID nothing is done, and there is one document',
    cases: ['replace-bad-id'],
    correct: (answer) => ({ ...answer, body_kind: 'json', body: `${answer.body.split('\n', 1)[0]}\n` })
  },
  {
    reason: 'Reasons are the codes of the standard, and the text is in the details',
    cases: ({ response }) => response.body.includes('{"error":{"reason":'),
    correct: (answer) =>
      withBody(answer, answer.body.replace('"reason":', `"reason":"${REASONS[answer.status]}","details":`))
  },
  {
    reason: 'A filter by CID does not switch off the others',
    cases: ['list-cid-with-name'],
    correct: (answer) => withBody(answer, '{"count":0,"results":[]}\n')
  },
  {
    reason: 'A request without CID is refused',
    cases: ['add-no-cid', 'add-null-cid'],
    correct: (answer) => ({
      ...answer,
      status: 400,
      headers: [...withoutHeader(answer.headers, 'Content-Type'), ['Content-Type', 'application/json']],
      body_kind: 'json',
      body: '{"error":{"reason":"BAD_REQUEST","details":"error decoding request body: cid is missing"}}\n'
    })
  },
  {
    reason: 'A name has up to 255 characters, however they are written',
    cases: ['add-name-escaped'],
    correct: (answer: Recorded, { request }: Case): Recorded => {
      const pin = JSON.parse(request.body ?? '') as { cid: string; name: string }
      return { ...answer, status: 202, body: `${JSON.stringify(pinStatus('queued', pin))}\n` }
    },
    volatile: [{ at: 'body.created', kind: 'time' }]
  },
  {
    reason: 'Replacing a pin by itself keeps it',
    cases: ['replace-same-after'],
    correct: (answer: Recorded, { request }: Case): Recorded => {
      const cid = request.path.replace('/pins/', '')
      return { ...answer, status: 200, body: `${JSON.stringify(pinStatus('pinned', { cid, name: 'same' }))}\n` }
    },
    volatile: [
      { at: 'body.created', kind: 'time' },
      { at: 'body.status', kind: 'race: queued, pinning or pinned' }
    ]
  },
  {
    reason: 'The pin that was replaced by itself is still there',
    cases: ['cors-simple'],
    correct: (answer) => withBody(answer, answer.body.replace('"count":2', '"count":3')),
    volatile: [{ at: 'body.results', kind: 'the two and the one' }]
  },
  {
    reason: 'A known path with another method is 405 with the methods that it has, never 404',
    cases: ['put-pin', 'method-patch', 'method-delete-pins'],
    correct: (answer, { request }) => ({
      ...answer,
      status: 405,
      headers: [
        ['Content-Type', 'application/json'],
        ['Vary', 'Origin'],
        ['Allow', METHODS[request.path.replace(/^\/pins\/.+/, '/pins/{requestid}')] ?? '']
      ],
      body_kind: 'json',
      body: '{"error":{"reason":"METHOD_NOT_ALLOWED","details":"method not allowed"}}\n'
    })
  }
]

const INFO = {
  source: 'IPFS cluster API',
  warning1: 'CID used for requestID. Conflicts possible',
  warning2: 'experimental'
}

function pinStatus(status: string, pin: { cid: string; name: string }): Record<string, unknown> {
  return { requestid: pin.cid, status, created: '2026-11-21T09:37:21.123Z', pin, delegates: [], info: INFO }
}

function withBody(answer: Recorded, body: string): Recorded {
  return { ...answer, body }
}
