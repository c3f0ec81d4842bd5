import { withoutHeader } from './differences.ts'
import type { Difference } from './replay.ts'
import type { Case, Recorded } from './vectors.ts'

const REFUSED_METHOD: Recorded = {
  status: 405,
  headers: [
    ['Allow', 'OPTIONS, POST'],
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['X-Content-Type-Options', 'nosniff']
  ],
  framing: 'content-length',
  body_kind: 'text',
  body: '405 - Method Not Allowed\n'
}

const OF_NODE = /^(?:pass-|options|head$|delete-|pin-verify|cors-pass|referer-pass|swarm-|api-v1|\w+-put-plain)/

/** Whether the recorded answer was that of the node. */
export function isOfNode({ name }: Case): boolean {
  return name !== 'pass-double-slash' && OF_NODE.test(name)
}

/** Where the IPFS proxy differs from that of the Go release. */
export const PROXY_DIFFERENCES: readonly Difference[] = [
  {
    reason: 'The embedded node answers a preflight without Vary, and so there is none to take over',
    isOfEmbeddedNode: true,
    cases: (recorded) => !isOfNode(recorded),
    correct: (answer) => ({ ...answer, headers: withoutHeader(answer.headers, 'Vary') })
  },
  {
    reason: 'GET is refused where the cluster answers, as by the node',
    cases: ({ name, request }) => request.method === 'GET' && !name.startsWith('pass-'),
    correct: () => REFUSED_METHOD
  },
  {
    reason: 'Pages of origins that the node does not allow are refused, as by the node',
    cases: ['cors-hijacked', 'cors-hijacked-foreign'],
    correct: () => ({
      ...REFUSED_METHOD,
      status: 403,
      headers: REFUSED_METHOD.headers.slice(1),
      body: '403 - Forbidden\n'
    })
  },
  {
    reason: 'Direct pins are called so in every form of the list',
    cases: ['pin-ls-cid-direct'],
    correct: (answer) => withBody(answer, answer.body.replace('"recursive"', '"direct"'))
  },
  {
    reason: 'Direct pins are called so in every form of the list; recursive=false makes one',
    cases: ['pin-ls', 'pin-ls-s', 'pin-ls-quiet', 'pin-ls-after-update'],
    volatile: ['body.Keys.{peer}.Type', 'body[].Type'].map((at) => ({ at, kind: 'race: recursive or direct' }))
  },
  {
    reason: 'A list of one type has no others',
    cases: ['pin-ls-cid-type'],
    correct: (answer: Recorded, { request }: Case): Recorded => {
      const cid = new URLSearchParams(request.path.split('?')[1]).get('arg')
      return {
        ...answer,
        status: 500,
        body: JSON.stringify({ Message: `Error: path '${cid}' is not pinned`, Code: 0, Type: 'error' })
      }
    }
  },
  {
    reason: 'A path is an argument as good as a CID',
    cases: ['pin-ls-path'],
    correct: (answer: Recorded, { request }: Case): Recorded => {
      const cid = request.path.split('/').at(-1) ?? ''
      return { ...answer, status: 200, body: JSON.stringify({ Keys: { [cid]: { Type: 'recursive' } } }) }
    }
  },
  {
    reason: 'What is refused is not done',
    cases: ['add-only-hash'],
    correct: (answer) => ({ ...answer, body_kind: 'json', body: `${answer.body.split('}{', 1)[0]}}` })
  },
  {
    reason: 'What was refused is not pinned',
    cases: ['pins-after-puts'],
    correct: (answer) => withBody(answer, answer.body.replace(/"QmPZTMC[^}]*\},/, ''))
  },
  {
    reason: 'The fields that clients read besides',
    cases: ['repo-stat', 'proxy-repo-stat', 'ipfsdown-proxy-stat'],
    correct: (answer) =>
      withBody(answer, answer.body.replace('}', ',"NumObjects":1,"RepoPath":"/tmp","Version":"fs-repo@18"}')),
    volatile: ['NumObjects', 'RepoPath', 'Version'].map((key) => ({ at: `body.${key}`, kind: 'of the node' }))
  },
  {
    reason: 'A redirect to the clean path keeps the method',
    cases: ['pass-double-slash'],
    correct: (answer) => ({ ...answer, status: 308 })
  },
  {
    reason: 'What a garbage collection finds depends on the IPFS node',
    cases: ['repo-gc'],
    volatile: [
      { at: 'body[]', kind: 'any number' },
      { at: 'body[].Key./', kind: 'text' }
    ]
  },
  {
    reason: 'What is wrong with a node is said by the node',
    cases: ['dag-put-pin-bad'],
    volatile: [{ at: 'body.Message', kind: 'text' }]
  }
]

function withBody(answer: Recorded, body: string): Recorded {
  return { ...answer, body }
}
