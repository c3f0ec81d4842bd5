import type { Cluster } from '@ipfs-cluster/core/cluster'
import { parseIpfsPath } from '@ipfs-cluster/core/ipfs'
import type { Logger } from '@ipfs-cluster/core/util'
import { ClusterError } from '@ipfs-cluster/api'
import { messageOf } from '@ipfs-cluster/core/util'
import { document } from '../common/answer.ts'
import type { DocumentAnswer } from '../common/answer.ts'
import { route } from '../common/route.ts'
import type { QueryGroup, Route, RouteDoc } from '../common/route.ts'
import type { ProxiedNode } from './proxied-node.ts'

/** The use cases that the proxy puts in place of those of the node. */
export type ProxiedCluster = Pick<
  Cluster,
  'pin' | 'unpin' | 'pinPath' | 'unpinPath' | 'pinGet' | 'pins' | 'resolve' | 'add' | 'repoStat' | 'repoGc'
>

/** What the handlers work on. */
export interface ProxyContext {
  readonly cluster: ProxiedCluster
  readonly node: ProxiedNode
  readonly logger: Logger
}

/** A command of the node that the proxy answers itself. */
export const proxyRoute: ReturnType<typeof route<ProxyContext>> = route<ProxyContext>()

/** A command that takes one argument, in the query or, for those who call it wrongly, at the end of the path. */
export interface CommandSpec<T> {
  readonly name: string
  readonly path: string
  readonly summary: string
  /** Type of the answer. */
  readonly type: string
  /** What else the query says. */
  readonly options: QueryGroup<T>
  readonly handle: (
    context: ProxyContext,
    values: { readonly arg: string; readonly options: T },
    signal: AbortSignal
  ) => ReturnType<Route<ProxyContext>['handle']>
}

const ARGUMENT = { type: 'string', doc: 'A CID, or a path such as `/ipfs/<cid>/a/b`' } as const

const argument: QueryGroup<string> = {
  parameters: [{ name: 'arg', ...ARGUMENT }],
  read: (query) => query.get('arg') ?? ''
}

export function commandRoutes<T>(spec: CommandSpec<T>): readonly Route<ProxyContext>[] {
  const { name, path, summary, type, options, handle } = spec
  const common: Pick<RouteDoc, 'method' | 'summary' | 'answers' | 'errors'> = {
    method: 'POST',
    summary,
    answers: [{ status: 200, doc: 'What Kubo would answer', type }],
    errors: { 500: 'The peer could not do it; the message says why' }
  }
  return [
    proxyRoute({
      ...{ ...common, name, path },
      query: { arg: argument, options },
      handle: (context, values, { signal }) => handle(context, values, signal)
    }),
    proxyRoute({
      ...{ ...common, name: `${name}Slash`, path: `${path}/{arg}` },
      params: { arg: { ...ARGUMENT, read: (text: string) => text } },
      query: { options },
      handle: (context, values, { signal }) => handle(context, values, signal)
    })
  ]
}

/**
 * A path in its usual form.
 *
 * @param complaint - words before what is wrong with it
 * @throws ClusterError `ERR_BAD_REQUEST`
 */
export function readPath(text: string, complaint: string): string {
  try {
    return parseIpfsPath(text).text
  } catch (cause) {
    // The Go release tries a bare word as a CID, and then tells what is wrong with it as a path.
    const isPath = text.startsWith('/')
    const reason = isPath
      ? messageOf(cause)
      : `invalid path ${JSON.stringify(text)}: path does not have enough components`
    throw new ClusterError('ERR_BAD_REQUEST', `${complaint}: ${reason}`, { cause })
  }
}

/** `{"Pins":[...]}` */
export function pinsAnswer(...cids: readonly string[]): DocumentAnswer {
  return document(`{"Pins":${JSON.stringify(cids)}}`)
}
