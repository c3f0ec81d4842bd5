import type { IncomingMessage } from 'node:http'
import type { Answer, HeaderList } from './answer.ts'
import { DEFAULT_EXPOSED_HEADERS } from './defaults.ts'
import type { HttpSurfaceInit } from './init.ts'

const VARY: HeaderList = ['Vary', 'Origin']
const VARY_PREFLIGHT: HeaderList = ['Vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers']

/** Cross-origin requests, with the rules of the Go release (spec: rest 7). */
export class Cors {
  readonly #origins: Matcher
  readonly #methods: ReadonlySet<string>
  readonly #headers: ReadonlySet<string>
  readonly #anyHeader: boolean
  readonly #exposed: string
  readonly #credentials: boolean
  readonly #maxAge: number

  constructor(init: HttpSurfaceInit) {
    this.#origins = new Matcher(init.corsAllowedOrigins ?? [])
    this.#methods = new Set(
      orElse(init.corsAllowedMethods, ['GET', 'POST', 'HEAD']).map((method) => method.toUpperCase())
    )
    const headers = orElse(init.corsAllowedHeaders, ['accept', 'content-type', 'x-requested-with'])
    this.#headers = new Set(['origin', ...headers.map((header) => header.toLowerCase())])
    this.#anyHeader = this.#headers.has('*')
    this.#exposed = (init.corsExposedHeaders ?? DEFAULT_EXPOSED_HEADERS).join(', ')
    this.#credentials = init.corsAllowCredentials ?? false
    this.#maxAge = Math.floor((init.corsMaxAge ?? 0) / 1000)
  }

  /** Headers for the answer to an actual request. */
  headersFor(request: IncomingMessage): HeaderList {
    const { origin } = request.headers
    if (origin === undefined || !this.#origins.accepts(origin) || !this.#acceptsMethod(request.method)) return VARY
    const headers = [...this.#allow(origin), ...VARY]
    if (this.#exposed !== '') headers.push('Access-Control-Expose-Headers', this.#exposed)
    return headers
  }

  /** The answer to a preflight; undefined when the request is none. */
  preflight(request: IncomingMessage): Answer | undefined {
    const asked = request.headers['access-control-request-method']
    if (request.method !== 'OPTIONS' || asked === undefined || asked === '') return undefined
    return {
      kind: 'empty',
      status: 204,
      bare: true,
      withoutCors: true,
      headers: this.#preflightHeaders(request, asked)
    }
  }

  #preflightHeaders(request: IncomingMessage, asked: string): HeaderList {
    const { origin } = request.headers
    const wanted = request.headers['access-control-request-headers']
    if (origin === undefined || !this.#origins.accepts(origin) || !this.#acceptsMethod(asked)) return VARY_PREFLIGHT
    if (wanted !== undefined && !this.#acceptsHeaders(wanted)) return VARY_PREFLIGHT
    const headers = [...this.#allow(origin), 'Access-Control-Allow-Methods', asked, ...VARY_PREFLIGHT]
    if (wanted !== undefined && wanted !== '') headers.push('Access-Control-Allow-Headers', wanted)
    if (this.#maxAge > 0) headers.push('Access-Control-Max-Age', String(this.#maxAge))
    return headers
  }

  #allow(origin: string): string[] {
    const headers = ['Access-Control-Allow-Origin', this.#origins.acceptsAll ? '*' : origin]
    if (this.#credentials) headers.push('Access-Control-Allow-Credentials', 'true')
    return headers
  }

  #acceptsMethod(method: string | undefined): boolean {
    return method === 'OPTIONS' || (method !== undefined && this.#methods.has(method))
  }

  /** Browsers send the names in lower case and sorted; anything else does not come from one. */
  #acceptsHeaders(list: string): boolean {
    if (this.#anyHeader || list === '') return true
    const names = list
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
    return names.every((name, i) => this.#headers.has(name) && name > (names[i - 1] ?? ''))
  }
}

function orElse(list: readonly string[] | undefined, otherwise: readonly string[]): readonly string[] {
  return list === undefined || list.length === 0 ? otherwise : list
}

/** Origins, of which each may hold one `*`. */
class Matcher {
  readonly acceptsAll: boolean
  readonly #exact = new Set<string>()
  readonly #patterns: { start: string; end: string }[] = []

  constructor(origins: readonly string[]) {
    this.acceptsAll = origins.length === 0 || origins.includes('*')
    for (const origin of origins.map((text) => text.toLowerCase())) {
      const star = origin.indexOf('*')
      if (star < 0) this.#exact.add(origin)
      else this.#patterns.push({ start: origin.slice(0, star), end: origin.slice(star + 1) })
    }
  }

  accepts(origin: string): boolean {
    if (this.acceptsAll) return origin !== ''
    const lower = origin.toLowerCase()
    return this.#exact.has(lower) || this.#patterns.some((pattern) => matches(lower, pattern))
  }
}

function matches(text: string, { start, end }: { start: string; end: string }): boolean {
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end)
}
