import { ClusterError, quote } from '@ipfs-cluster/api'
import { document, empty } from './answer.ts'
import type { Auth } from './auth.ts'
import { route } from './route.ts'
import type { Route } from './route.ts'

/** Says that the peer is there; always open, for load balancers and the like. */
export const healthRoute: Route<unknown> = route<unknown>()({
  name: 'health',
  method: 'GET',
  path: '/health',
  summary: 'Says that the peer serves requests; needs no credentials',
  isOpen: true,
  answers: [{ status: 204, doc: 'The peer is there' }],
  errors: {},
  handle: () => empty()
})

/** Trades credentials for a token. */
export function tokenRoute(auth: Auth): Route<unknown> {
  return route<unknown>()({
    name: 'token',
    method: 'POST',
    path: '/token',
    summary: 'Gives a token that can be used in place of user and password',
    answers: [{ status: 200, doc: 'The token', type: 'Token' }],
    errors: { 401: 'No users are configured, or the credentials are wrong' },
    handle: (_context, _values, { raw }) => {
      const token = auth.tokenFor(raw)
      if (token === undefined) throw new ClusterError('ERR_UNAUTHORIZED', 'unauthorized')
      return document(`{"token":${quote(token)}}`)
    }
  })
}
