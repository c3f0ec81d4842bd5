import type { Route, RouteDoc } from './route.ts'

const PLACEHOLDER = /\{(\w+)(\.\.\.)?\}/g

/** The path of a route in the notation of fastify's router. */
export function routerPath(route: Route<never>): string {
  return route.path.replace(PLACEHOLDER, (_all, name: string, rest?: string) => {
    if (rest !== undefined) return '*'
    const words = wordsOf(route, name)
    return words === undefined ? `:${name}` : `:${name}(^(?:${words.join('|')})$)`
  })
}

/** The values of placeholders as the router gives them, by their names in the route. */
export function placeholderValues(
  route: RouteDoc,
  params: Readonly<Record<string, string>>
): Readonly<Record<string, string>> {
  const [, rest] = /\{(\w+)\.\.\.\}$/.exec(route.path) ?? []
  return rest === undefined ? params : { ...params, [rest]: params['*'] ?? '' }
}

/** Which methods a path is served with; for a request whose method is not among them. */
export class RouteTable {
  readonly #entries: { pattern: RegExp; method: string }[]

  constructor(routes: readonly Route<never>[]) {
    this.#entries = routes.map((route) => ({ pattern: patternOf(route), method: route.method }))
  }

  /** @returns no method at all for an unknown path */
  methodsOf(path: string): string[] {
    const methods = this.#entries.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
    return [...new Set(methods)].sort()
  }
}

function patternOf(route: Route<never>): RegExp {
  const source = route.path.replace(PLACEHOLDER, (_all, name: string, rest?: string) => {
    if (rest !== undefined) return '.*'
    const words = wordsOf(route, name)
    return words === undefined ? '[^/]+' : `(?:${words.join('|')})`
  })
  return new RegExp(`^${source}$`)
}

function wordsOf(route: Route<never>, name: string): readonly string[] | undefined {
  return route.pathParameters.find((parameter) => parameter.name === name)?.words
}
