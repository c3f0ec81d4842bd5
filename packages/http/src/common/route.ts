import type { QueryParams } from '@ipfs-cluster/api'
import type { Answer } from './answer.ts'
import type { HttpRequest } from './http-request.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** What a parameter holds, in the words of OpenAPI. */
export type ParameterType = 'string' | 'integer' | 'boolean' | 'cid' | 'peer-id' | 'multiaddr' | 'time' | 'duration'

/** One parameter as a client knows it. */
export interface Parameter {
  readonly name: string
  readonly type: ParameterType
  readonly doc: string
  /** What is assumed when it is absent. */
  readonly default?: string | number | boolean
  /** The words it may be. */
  readonly words?: readonly string[]
  /** Several values with commas between them. */
  readonly list?: boolean
  /** The least and the greatest number that it may be. */
  readonly range?: readonly [minimum: number, maximum: number]
}

/** A placeholder in a path, and how its text is read. */
export interface PathParameter<T> extends Omit<Parameter, 'name'> {
  /** @throws ClusterError what the client is told */
  read(text: string): T
}

/** Parameters of a query that make up one value. */
export interface QueryGroup<T> {
  readonly parameters: readonly Parameter[]
  /** @throws ClusterError what the client is told */
  read(query: QueryParams): T
}

/** What a route answers when all is well. */
export interface AnswerDoc {
  readonly status: number
  readonly doc: string
  /** Name of the type of the document, or of each line; absent: no body. */
  readonly type?: string
  /** `lines`: one document per line, and the trailer `X-Stream-Error`. */
  readonly form?: 'document' | 'list' | 'map' | 'lines'
  /** Absent: JSON. */
  readonly contentType?: string
  /** Headers that clients read, and what they say. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What a route takes as body. */
export interface BodyDoc {
  readonly contentType: string
  readonly doc: string
  /** Name of the type of the document, or of each line. */
  readonly type?: string
  /** Whether the request may come without one. */
  readonly optional?: boolean
}

/** All that is known of a route but its code: what the reference and openapi.json are made from. */
export interface RouteDoc {
  /** Unique name of the operation. */
  readonly name: string
  readonly method: Method
  /** Segments of which some are placeholders: `/pins/{cid}`; a last `{path...}` takes all that follows. */
  readonly path: string
  readonly summary: string
  readonly body?: BodyDoc
  readonly answers: readonly AnswerDoc[]
  /** Needs no credentials where others do. */
  readonly isOpen?: boolean
  /** Statuses of failures and when they come. */
  readonly errors: Readonly<Record<number, string>>
}

/** A route that a surface can serve. `C` is what its handler works on. */
export interface Route<C> extends RouteDoc {
  readonly pathParameters: readonly Parameter[]
  readonly queryParameters: readonly Parameter[]
  handle(context: C, request: HttpRequest): Answer | Promise<Answer>
}

type PathParameters = Readonly<Record<string, PathParameter<unknown>>>
type QueryGroups = Readonly<Record<string, QueryGroup<unknown>>>
type PathValues<P> = { readonly [K in keyof P]: P[K] extends PathParameter<infer T> ? T : never }
type QueryValues<Q> = { readonly [K in keyof Q]: Q[K] extends QueryGroup<infer T> ? T : never }

/** A route as it is written down: placeholders and query are read before the handler is called, in this order. */
export interface RouteSpec<C, P extends PathParameters, Q extends QueryGroups> extends RouteDoc {
  readonly params?: P
  readonly query?: Q
  handle(context: C, values: PathValues<P> & QueryValues<Q>, request: HttpRequest): Answer | Promise<Answer>
}

/**
 * Makes a route from its description. Values that cannot be read are answered with 400 before the handler runs.
 *
 * @example
 * const version = route<Cluster>()({
 *   name: 'version', method: 'GET', path: '/version', summary: 'Version of the peer',
 *   answers: [{ status: 200, doc: 'The version', type: 'Version' }], errors: {},
 *   handle: (cluster) => document(`{"version":${quote(cluster.version())}}`)
 * })
 */
export function route<C>(): <
  const P extends PathParameters = Record<never, never>,
  const Q extends QueryGroups = Record<never, never>
>(
  spec: RouteSpec<C, P, Q>
) => Route<C> {
  return (spec) => {
    const params: PathParameters = spec.params ?? {}
    const query: QueryGroups = spec.query ?? {}
    const paramEntries = Object.entries(params)
    const queryEntries = Object.entries(query)
    return {
      ...spec,
      pathParameters: paramEntries.map(([name, parameter]) => ({ ...parameter, name })),
      queryParameters: queryEntries.flatMap(([, group]) => group.parameters),
      handle(context, request) {
        const values: Record<string, unknown> = {}
        for (const [name, parameter] of paramEntries) values[name] = parameter.read(request.params[name] ?? '')
        for (const [name, group] of queryEntries) values[name] = group.read(request.query)
        return spec.handle(context, values as Parameters<typeof spec.handle>[1], request)
      }
    }
  }
}
