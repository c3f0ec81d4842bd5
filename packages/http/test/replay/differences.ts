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
