import { VERSION } from '@ipfs-cluster/core/cluster'
import type { Difference } from './replay.ts'
import type { Case, Recorded } from './vectors.ts'

/** Methods of the paths that cases ask with a wrong method. */
const ALLOWED: readonly [path: RegExp, methods: string][] = [
  [/^\/pins\/(?:ipfs|ipns|ipld)\/.+$/, 'DELETE, POST'],
  [/^\/pins\/[^/]+\/recover$/, 'POST'],
  [/^\/pins\/[^/]+$/, 'DELETE, GET, POST'],
  [/^\/peers\/[^/]+$/, 'DELETE'],
  [/^\/peers$/, 'GET, POST'],
  [/^\/(?:add|token|ipfs\/gc)$/, 'POST'],
  [/^\/(?:id|version|pins|allocations(?:\/[^/]+)?|health(?:\/.*)?|monitor\/metrics(?:\/.*)?)$/, 'GET']
]

/** The differences of the HTTP layer, which need no knowledge of what stands behind the API. */
export const HTTP_DIFFERENCES: readonly Difference[] = [
  {
    reason: 'A known path with another method is 405 with the methods that it has, never 404',
    cases: (recorded) => recorded.request.method !== 'BREW' && isWrongMethod(recorded),
    correct: (answer, { request, config }) => ({
      ...answer,
      status: 405,
      headers: [
        ...withoutHeader(answer.headers, 'Content-Type'),
        ...configuredHeaders(config),
        ['Content-Type', 'application/json'],
        ['Allow', allowedFor(request.path) ?? '']
      ],
      body_kind: request.method === 'HEAD' ? 'empty' : 'json',
      body: request.method === 'HEAD' ? '' : '{"code":405,"message":"method not allowed"}\n'
    })
  },
  {
    reason: 'An answer without chunks cannot have trailers, so none is announced',
    cases: ({ response, request }) => response.status === 204 || request.raw?.includes('HTTP/1.0') === true,
    correct: (answer) => ({ ...answer, headers: withoutHeader(answer.headers, 'Trailer') })
  },
  {
    reason: 'The root is an unknown path, not a redirect to itself',
    cases: ['route-root'],
    correct: (answer) => notFound(answer)
  },
  {
    reason: 'A redirect to the clean path keeps the method',
    cases: ['route-double-slash', 'route-dot-segments'],
    correct: (answer) => ({ ...answer, status: 308 })
  }
]

/** The differences of a whole peer: those of the HTTP layer, and where the Go release is wrong. */
export const PEER_DIFFERENCES: readonly Difference[] = [
  ...HTTP_DIFFERENCES,
  {
    reason: 'The version names the Go release that is meant, and ours',
    cases: ({ response }) => response.body.includes('"version":"1.1.6"'),
    correct: (answer) => withBody(answer, answer.body.replaceAll('"version":"1.1.6"', `"version":"${VERSION}"`))
  },
  {
    reason: 'A bad pin option is refused, and then nothing is done; the Go release goes on after its answer',
    cases: ({ name }) => /^(?:pin-opt-bad|status-opt-bad|pinpath-opt-bad)/.test(name),
    correct: (answer) => ({ ...answer, body_kind: 'json', body: `${answer.body.split('\n', 1)[0]}\n` })
  },
  {
    reason: 'A direct pin is one on the CID route too, and is stored as such',
    cases: ['pin-direct-cid-route', 'allocation-direct-cid-route', 'unpin-direct-cid-route'],
    correct: (answer: Recorded): Recorded =>
      withBody(
        answer,
        answer.body.replace('"mode":"recursive"', '"mode":"direct"').replace('"max_depth":-1', '"max_depth":0')
      )
  },
  {
    reason:
      'A list tells of direct pins what is so. (The other item has the allocations of its last pin that was not refused.)',
    cases: ['pins-direct'],
    correct: directPinned
  },
  {
    reason: 'There is nothing to recover in a direct pin that is pinned',
    cases: ['recover-all-direct'],
    correct: nothing
  },
  {
    reason: 'An item whose operation is under way or failed is not unexpectedly unpinned',
    cases: ['pins-unexpected-filter', 'filter-unexpected'],
    correct: nothing
  },
  {
    reason: 'A pin that made no progress in time says so, rather than "context canceled"',
    cases: ['status-pin-error', 'pins-error', 'pins-pin-error'],
    volatile: [{ at: 'body.peer_map.{peer}.error', kind: 'text' }]
  },
  {
    reason: 'What a garbage collection finds depends on the IPFS node',
    cases: ['gc'],
    volatile: [{ at: 'body.peer_map.{peer}.keys', kind: 'list' }]
  },
  {
    reason: 'A body without parts is refused; the Go release breaks off the connection',
    cases: ['add-empty-multipart', 'add-empty-multipart-array'],
    correct: (answer) => ({
      ...answer,
      status: 400,
      headers: [
        ['Content-Type', 'application/json'],
        ['Vary', 'Origin']
      ],
      body_kind: 'json',
      body: '{"code":400,"message":"multipart: the request body has no parts"}\n'
    })
  },
  {
    reason: 'A shard holds the blocks of what is added; the Go release puts a folder in that nothing links to',
    cases: ['add-shard', 'add-shard-allocations'],
    correct: (answer) => withBody(answer, answer.body.replaceAll('size":2949', 'size":2852'))
  },
  {
    reason: 'Peers that were led to the same third one know one another, and connect their IPFS nodes',
    cases: ['graph', 'ipfsdown-graph'],
    volatile: [
      { at: 'body.cluster_links.{peer}', kind: 'list' },
      { at: 'body.ipfs_links.{peer}', kind: 'list' }
    ]
  },
  {
    reason: 'Peers that cannot tell are found by the status that they are listed with',
    cases: ['ipfsdown-pins'],
    correct: (answer) => ({
      ...answer,
      status: 200,
      headers: [...answer.headers, ['Trailer', 'X-Stream-Error']],
      framing: 'chunked',
      body_kind: 'ndjson',
      body: '{}\n',
      trailers: [['X-Stream-Error', '']]
    }),
    volatile: [
      { at: 'body[]', kind: 'any number' },
      { at: 'body[]', kind: 'object' }
    ]
  },
  {
    reason: 'What could not be stored is not told of as added',
    cases: ['ipfsdown-add-stream'],
    correct: (answer) => ({ ...answer, body_kind: 'empty', body: '' })
  },
  {
    reason: 'Half a file is refused, and not taken for the whole',
    cases: ['add-truncated'],
    correct: (answer) => ({ ...answer, body_kind: 'empty', body: '' })
  }
]

function withBody(answer: Recorded, body: string): Recorded {
  return { ...answer, body }
}

function directPinned(answer: Recorded): Recorded {
  const [peer] = /12D3KooW\w+/.exec(answer.body) ?? []
  const body = answer.body
    .replace('"status":"unexpectedly_unpinned"', '"status":"pinned"')
    .replace('"error":"the item should be pinned but it is not"', '"error":""')
    .replace(/("cid":"bafkqabtimvwgy3yk","name":"","allocations":)\[\]/, `$1["${peer}"]`)
  return withBody(answer, body)
}

/** The answer of a list that has no items. */
function nothing(answer: Recorded): Recorded {
  return {
    ...answer,
    status: 204,
    headers: withoutHeader(answer.headers, 'Trailer'),
    framing: 'none',
    body_kind: 'empty',
    body: '',
    trailers: null
  }
}

function isWrongMethod({ request, response }: Case): boolean {
  const methods = allowedFor(request.path)?.split(', ')
  const isPreflight = Object.keys(request.headers ?? {}).includes('Access-Control-Request-Method')
  const isRefused = response.status === 404 || response.status === 405
  return isRefused && !isPreflight && methods !== undefined && !methods.includes(request.method)
}

function allowedFor(path: string): string | undefined {
  const [bare = ''] = path.split('?', 1)
  return ALLOWED.find(([pattern]) => pattern.test(bare))?.[1]
}

/** Our 405 is an answer like others, and so has the configured headers. */
function configuredHeaders(config: Case['config']): [string, string][] {
  const headers = (config?.['api.restapi']?.headers ?? {}) as Record<string, string[]>
  return Object.entries(headers).flatMap(([name, values]) => values.map((value): [string, string] => [name, value]))
}

export function withoutHeader(headers: [string, string][], name: string): [string, string][] {
  return headers.filter(([key]) => key !== name)
}

function notFound(answer: Recorded): Recorded {
  const headers: [string, string][] = [
    ['Content-Type', 'application/json'],
    ['Vary', 'Origin']
  ]
  return { ...answer, status: 404, headers, body_kind: 'json', body: '{"code":404,"message":"not found"}\n' }
}
