import { posix } from 'node:path'
import { parseQuery } from '@ipfs-cluster/api'
import type { Answer } from './answer.ts'
import { decodeEscapes } from './escapes.ts'

/** Anything that a plain path has not: then it goes through the slow way. */
const UNUSUAL = /%|\/\/|\/\.|\/$|#|^[^/]/

/** The target of a request line, in the form that the router matches. */
export interface Target {
  /** Path with `/` between decoded segments, each encoded anew, and the query as it came. */
  readonly url: string
  /** Set when the client is to ask elsewhere, or its path is malformed. */
  readonly answer?: Answer
}

/**
 * Brings the target of a request into one form, so that `/%76ersion` and `/version` are the same and `%2F` acts as a
 * slash. A path that ends in a slash is redirected to the one without (307), a path with `//` or dot segments to the
 * clean one (308, so that a POST stays a POST).
 *
 * @param slash - `keep`: a slash at the end is part of the path
 */
export function readTarget(target: string, method: string, slash: 'drop' | 'keep' = 'drop'): Target {
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  if (!UNUSUAL.test(path)) return { url: target }
  const decoded = decodeEscapes(withoutAuthority(path))
  if (decoded === undefined) return { url: '/', answer: badRequest() }
  const query = mark < 0 ? '' : target.slice(mark)
  const url = decoded.split('/').map(encodeURIComponent).join('/') + query
  if (decoded === '/' || !decoded.startsWith('/')) return { url }
  if (slash === 'drop' && decoded.endsWith('/'))
    return { url, answer: withoutSlash(decoded.slice(0, -1), query, method) }
  const clean = posix.normalize(decoded)
  return clean === decoded ? { url } : { url, answer: redirect(308, location(clean, query)) }
}

/** The parameters of a target. */
export function queryOf(target: string): Map<string, string> {
  const mark = target.indexOf('?')
  return mark < 0 ? new Map<string, string>() : parseQuery(target.slice(mark + 1))
}

/** The absolute form of a request line, `GET http://host/path`, is for proxies, but every server must take it. */
export function withoutAuthority(path: string): string {
  const [origin] = /^https?:\/\/[^/]*/i.exec(path) ?? ['']
  return origin === '' ? path : path.slice(origin.length) || '/'
}

function withoutSlash(path: string, query: string, method: string): Answer {
  const target = location(path, query)
  if (method !== 'GET' && method !== 'HEAD') return redirect(307, target)
  const href = target
    .replace(/&/g, '&amp;')
    .replace(/"/g, '&#34;')
    .replace(/'/g, '&#39;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
  const headers = ['Content-Type', 'text/html; charset=utf-8', 'Location', target]
  return { kind: 'document', status: 307, bare: true, headers, body: `<a href="${href}">Temporary Redirect</a>.\n\n` }
}

/** Two slashes at the start would be taken for another host. */
function location(path: string, query: string): string {
  return encodeURI(path.replace(/^\/{2,}/, '/')).replace(/[?#]/g, encodeURIComponent) + query
}

function redirect(status: number, target: string): Answer {
  return { kind: 'document', status, bare: true, headers: ['Location', target], body: '' }
}

function badRequest(): Answer {
  const headers = ['Content-Type', 'text/plain; charset=utf-8', 'Connection', 'close']
  return { kind: 'document', status: 400, bare: true, withoutCors: true, headers, body: '400 Bad Request' }
}
