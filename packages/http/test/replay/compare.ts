import type { RawAnswer } from '../raw-client.ts'
import type { Case, Recorded, Volatile } from './vectors.ts'

/** Beginnings of messages that the cluster makes, behind which stand the words of some Go library. */
const FOREIGN_WORDS: readonly RegExp[] = [
  /^error decoding Cid: /,
  /^error decoding Peer ID: /,
  /^error decoding multiaddress: /,
  /^error decoding update option parameter: /,
  /^error decoding (?:requestID|request body|cid \w+|'(?:before|after)' query param): /,
  /^error unmarshalling 'meta' query param: /,
  /^error parsing path: invalid path "[^"]*": /,
  /^expire-(?:at|in) cannot be parsed: /,
  /^multiaddress does not contain peer ID: /,
  /^IPFS error \([^)]*\)\. Code: \d+\. Message: /,
  /^Post "http:[^"]*": /,
  /^failed to put block on all destinations(?=: |$)/,
  /^failed to find any peer in table|^routing: not found/
]

const PEER_ID = /^(?:12D3KooW|Qm)[1-9A-HJ-NP-Za-km-z]{30,}$/
const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/

/** Headers that say how the answer travelled, not what it is. */
const TRAVEL = new Set(['date', 'content-length', 'connection', 'transfer-encoding', 'keep-alive'])

/**
 * Compares an answer with a recorded one: status, headers, body with the order of its keys, trailers.
 *
 * @returns what differs, one line each
 */
export function compare(
  recorded: Recorded,
  actual: RawAnswer,
  { volatile = [], unordered = false }: Pick<Case, 'volatile' | 'unordered'>
): string[] {
  if (recorded.status !== actual.status) {
    return [`status: ${actual.status} in place of ${recorded.status}, body ${JSON.stringify(actual.body)}`]
  }
  return [
    ...compareHeaders(recorded.headers, actual.headers),
    ...compareFraming(recorded, actual),
    ...compareBody(recorded, actual.body, volatile, unordered),
    ...compareTrailers(recorded.trailers ?? [], actual.trailers ?? [])
  ]
}

function compareHeaders(recorded: [string, string][], actual: [string, string][]): string[] {
  const list = (headers: [string, string][]): string[] =>
    headers
      .filter(([name]) => !TRAVEL.has(name.toLowerCase()))
      .map(([name, value]) => `${name}: ${value}`)
      .sort()
  const left = list(actual)
  const missing = list(recorded).filter((line) => {
    const at = left.indexOf(line)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
  return [...missing.map((line) => `header missing: ${line}`), ...left.map((line) => `header not expected: ${line}`)]
}

/** A single document may come in either way; a stream may not. */
function compareFraming(recorded: Recorded, actual: RawAnswer): string[] {
  const isStream = recorded.headers.some(([name]) => name === 'Trailer')
  return isStream && recorded.framing !== actual.framing
    ? [`framing: ${actual.framing} in place of ${recorded.framing}`]
    : []
}

function compareTrailers(recorded: [string, string][], actual: [string, string][]): string[] {
  const text = (trailers: [string, string][]): string =>
    JSON.stringify(trailers.map(([name, value]) => [name, ownWords(value)]))
  return text(recorded) === text(actual)
    ? []
    : [`trailers: ${JSON.stringify(actual)} in place of ${JSON.stringify(recorded)}`]
}

function compareBody(
  { body_kind: kind, body }: Recorded,
  actual: string,
  volatile: Volatile[],
  unordered: boolean
): string[] {
  switch (kind) {
    case 'empty':
    case 'text':
      return body === actual ? [] : [`body: ${JSON.stringify(actual)} in place of ${JSON.stringify(body)}`]
    case 'json':
    case 'ndjson': {
      const expected = documentsOf(body)
      const given = documentsOf(actual)
      const path = kind === 'json' ? 'body' : 'body[]'
      if (!actual.endsWith('\n') && body.endsWith('\n')) return ['body: no newline at its end']
      const others = volatile.filter(({ at, kind: allowed }) => at !== path || allowed !== 'any number')
      if (others.length < volatile.length)
        return given.flatMap((each) => compareValues(expected[0], each, path, others))
      return unordered ? compareSets(expected, given, path, volatile) : compareLists(expected, given, path, volatile)
    }
  }
}

function documentsOf(body: string): unknown[] {
  return body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}

function compareLists(
  expected: readonly unknown[],
  actual: readonly unknown[],
  path: string,
  volatile: Volatile[]
): string[] {
  if (expected.length !== actual.length) {
    return [`${path}: ${actual.length} in place of ${expected.length}: ${JSON.stringify(actual)}`]
  }
  return expected.flatMap((value, i) => compareValues(value, actual[i], path, volatile))
}

/** Each expected value must be matched by one that no other has taken. */
function compareSets(
  expected: readonly unknown[],
  actual: readonly unknown[],
  path: string,
  volatile: Volatile[]
): string[] {
  const left = [...actual]
  const differences: string[] = []
  for (const value of expected) {
    const match = left.findIndex((candidate) => compareValues(value, candidate, path, volatile).length === 0)
    if (match >= 0) left.splice(match, 1)
    else differences.push(`${path}: nothing like ${JSON.stringify(value)}`)
  }
  return [...differences, ...left.map((value) => `${path}: not expected: ${JSON.stringify(value)}`)]
}

function compareValues(expected: unknown, actual: unknown, path: string, volatile: Volatile[]): string[] {
  const kind = volatile.find(({ at }) => at === path)?.kind
  if (kind !== undefined) {
    return isOfKind(kind, expected, actual)
      ? []
      : [`${path}: ${JSON.stringify(actual)} is no ${kind}, as ${JSON.stringify(expected)}`]
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return compareElements(expected, actual, path, volatile)
  }
  if (isObject(expected) && isObject(actual)) return compareObjects(expected, actual, path, volatile)
  if (expected === actual) return []
  if (typeof expected === 'string' && typeof actual === 'string' && ownWords(expected) === ownWords(actual)) return []
  return [`${path}: ${JSON.stringify(actual)} in place of ${JSON.stringify(expected)}`]
}

/** How many multiaddresses a peer has depends on the machine. Names of metrics and keys that were collected are sets. */
function compareElements(expected: unknown[], actual: unknown[], path: string, volatile: Volatile[]): string[] {
  const inner = `${path}[]`
  if (volatile.some(({ at, kind }) => at === inner && kind === 'multiaddr')) {
    return actual.flatMap((value) =>
      isOfKind('multiaddr', '', value) ? [] : [`${inner}: ${JSON.stringify(value)} is no multiaddr`]
    )
  }
  // The Go release lists the pins of its pinning service in any order.
  if (path === 'body.results' || expected.every((value) => typeof value === 'string'))
    return compareSets(expected, actual, inner, volatile)
  return compareLists(expected, actual, inner, volatile)
}

function compareObjects(
  expected: Record<string, unknown>,
  actual: Record<string, unknown>,
  path: string,
  volatile: Volatile[]
): string[] {
  const isMap =
    Object.keys(expected).some((key) => PEER_ID.test(key)) || volatile.some(({ at }) => at === `${path}{keys}`)
  const keys = (object: Record<string, unknown>): string =>
    (isMap ? Object.keys(object).sort() : Object.keys(object)).join(' ')
  if (keys(expected) !== keys(actual)) return [`${path}: keys "${keys(actual)}" in place of "${keys(expected)}"`]
  return Object.entries(expected).flatMap(([key, value]) =>
    compareValues(value, actual[key], PEER_ID.test(key) ? `${path}.{peer}` : `${path}.${key}`, volatile)
  )
}

function isOfKind(kind: string, expected: unknown, actual: unknown): boolean {
  switch (kind) {
    case 'time':
      return typeof actual === 'string' && RFC3339.test(actual) && sameGrain(expected, actual)
    case 'peer_id':
      return typeof actual === 'string' && PEER_ID.test(actual)
    case 'multiaddr':
      return typeof actual === 'string' && actual.startsWith('/')
    case 'number':
      return typeof actual === 'number'
    default:
      if (kind.endsWith('or the state after')) return typeof actual === 'string'
      if (kind.startsWith('race: '))
        return (
          typeof actual === 'string' &&
          kind
            .slice(6)
            .split(/, | or /)
            .includes(actual)
        )
      return typeof actual === typeof expected
  }
}

/** A time with a fraction is a fresh one, a time without has been stored: which of them is part of the interface. */
function sameGrain(expected: unknown, actual: string): boolean {
  return typeof expected !== 'string' || expected.includes('.') === actual.includes('.')
}

/** A message without the words of a library at its end. */
function ownWords(message: string): string {
  for (const pattern of FOREIGN_WORDS) {
    const [own] = pattern.exec(message) ?? []
    if (own !== undefined) return own
  }
  return message
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
