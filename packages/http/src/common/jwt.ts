import { createHmac, timingSafeEqual } from 'node:crypto'

/** Hash of each algorithm that is accepted. All are HMACs: a token is proof of knowing the user's password. */
const HASHES: ReadonlyMap<unknown, string> = new Map([
  ['HS256', 'sha256'],
  ['HS384', 'sha384'],
  ['HS512', 'sha512']
])

const HEADER = encode('{"alg":"HS256","typ":"JWT"}')

/** A token for that user. It holds nothing but the name, so it is the same each time and does not expire. */
export function signToken(issuer: string, password: string): string {
  const content = `${HEADER}.${encode(JSON.stringify({ iss: issuer }))}`
  return `${content}.${createHmac('sha256', password).update(content).digest('base64url')}`
}

/**
 * The user that a token speaks for; undefined when it is not valid.
 *
 * @param passwordOf - the key is the password of the user whom the token names
 * @param now - seconds since the Unix epoch
 */
export function verifyToken(
  token: string,
  passwordOf: (user: string) => string | undefined,
  now: number = Date.now() / 1000
): string | undefined {
  const [head, body, signature, more] = token.split('.')
  if (head === undefined || body === undefined || signature === undefined || more !== undefined) return undefined
  const hash = HASHES.get(decode(head)?.['alg'])
  const claims = decode(body)
  const issuer = claims?.['iss']
  if (hash === undefined || claims === undefined || typeof issuer !== 'string') return undefined
  const password = passwordOf(issuer)
  if (password === undefined) return undefined
  const expected = createHmac(hash, password).update(`${head}.${body}`).digest()
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  return isTimely(claims, now) ? issuer : undefined
}

function isTimely(claims: Record<string, unknown>, now: number): boolean {
  const { exp = Infinity, nbf = 0, iat = 0 } = claims
  if (typeof exp !== 'number' || typeof nbf !== 'number' || typeof iat !== 'number') return false
  return now < exp && now >= nbf && now >= iat
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url')
}

function decode(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
