import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { HeaderList } from './answer.ts'
import { REALM } from './defaults.ts'
import { signToken, verifyToken } from './jwt.ts'

/** Why a request was refused, and how to ask better. */
export interface Refusal {
  readonly message: string
  readonly headers: HeaderList
}

const BEARER = `Bearer realm="${REALM}"`
const BASIC = `Basic realm="${REALM}"`

const NO_AUTH: Refusal = {
  message: 'unauthorized: no auth provided',
  headers: ['Www-Authenticate', BEARER, 'Www-Authenticate', BASIC]
}
const WRONG_PASSWORD: Refusal = { message: 'unauthorized: access denied', headers: ['Www-Authenticate', BASIC] }
const WRONG_TOKEN: Refusal = {
  message: 'unauthorized: invalid token',
  headers: ['Www-Authenticate', `${BEARER}, error="invalid_token"`]
}

/** Who a request comes from, when its credentials are right; else why they are not. */
type Verdict = { readonly user: string } | { readonly refusal: Refusal }

/** Basic and Bearer authentication against the configured users (spec: rest 7). */
export class Auth {
  readonly #passwords: ReadonlyMap<string, string> | undefined

  /** @param credentials - passwords by user; null: no authentication */
  constructor(credentials: Readonly<Record<string, string>> | null) {
    this.#passwords = credentials === null ? undefined : new Map(Object.entries(credentials))
  }

  /** Whether everybody may do everything. */
  get isOpen(): boolean {
    return this.#passwords === undefined
  }

  /**
   * @param path - path that the request was routed by
   * @returns why the request is refused; undefined when it may pass
   */
  check(request: IncomingMessage, path: () => string): Refusal | undefined {
    if (this.#passwords === undefined || request.method === 'OPTIONS') return undefined
    if (request.method === 'GET' && path() === '/health') return undefined
    const verdict = this.#judge(request, this.#passwords)
    return 'refusal' in verdict ? verdict.refusal : undefined
  }

  /** A token for the user who asks; undefined when there are no users. */
  tokenFor(request: IncomingMessage): string | undefined {
    if (this.#passwords === undefined) return undefined
    const verdict = this.#judge(request, this.#passwords)
    const password = 'user' in verdict ? this.#passwords.get(verdict.user) : undefined
    return password === undefined || !('user' in verdict) ? undefined : signToken(verdict.user, password)
  }

  #judge(request: IncomingMessage, passwords: ReadonlyMap<string, string>): Verdict {
    const header = request.headers.authorization ?? ''
    const basic = readBasic(header)
    if (basic !== undefined) {
      const isRight = basic.user !== '' && basic.password !== '' && isSame(passwords.get(basic.user), basic.password)
      return isRight ? { user: basic.user } : { refusal: WRONG_PASSWORD }
    }
    const [, token] = /^bearer (.*)$/i.exec(header) ?? []
    if (token === undefined) return { refusal: NO_AUTH }
    const user = verifyToken(token, (name) => passwords.get(name))
    return user === undefined ? { refusal: WRONG_TOKEN } : { user }
  }
}

/** User and password of a Basic header; undefined when it is malformed or of another scheme. */
export function readBasic(header: string): { user: string; password: string } | undefined {
  const [, encoded] = /^basic ([A-Za-z0-9+/]+={0,2})$/i.exec(header) ?? []
  if (encoded === undefined || encoded.length % 4 !== 0) return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** Compares in a time that tells nothing: digests have the same length whatever the passwords are. */
function isSame(expected: string | undefined, given: string): boolean {
  return timingSafeEqual(digest(expected ?? ''), digest(given)) && expected !== undefined
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
