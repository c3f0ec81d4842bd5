import { stringify, VERSION } from '@ipfs-cluster/api'
import { document } from '../../common/answer.ts'
import { route } from '../../common/route.ts'
import type { Route } from '../../common/route.ts'
import { openApiDocument } from '../openapi/document.ts'
import type { DescribedRoute } from '../openapi/document.ts'
import { SCHEMAS } from '../openapi/schemas.ts'

const INFO = {
  title: 'IPFS Cluster',
  version: VERSION,
  description: 'The REST API of a peer. Lists are streams of JSON documents, one on each line.'
}

/** Describes all routes, this one included. */
export function openApiRoute(routes: readonly DescribedRoute[]): Route<unknown> {
  let text: string | undefined
  const self: Route<unknown> = route<unknown>()({
    name: 'openapi',
    method: 'GET',
    path: '/openapi.json',
    summary: 'Describes this API in OpenAPI 3.1',
    answers: [{ status: 200, doc: 'The description', type: 'OpenApi' }],
    errors: {},
    handle: () => document((text ??= stringify(openApiDocument(INFO, [...routes, self], SCHEMAS))))
  })
  return self
}
