import { ClusterError, goQuote, parseCid, parseJSON, Time } from '@ipfs-cluster/api'
import type { JsonValue, QueryParams } from '@ipfs-cluster/api'
import { messageOf } from '@ipfs-cluster/core/util'
import type { CID } from 'multiformats/cid'
import { MATCHES } from '../common/pinset/pin-filter.ts'
import type { Match, PinFilter } from '../common/pinset/pin-filter.ts'
import type { PathParameter, QueryGroup } from '../common/route.ts'
import { isTooLong, MAX_NAME } from './pin-request.ts'
import { STATUS_WORDS } from './status-word.ts'
import type { StatusWord } from './status-word.ts'

/** Which pins to list. */
export interface ListQuery extends PinFilter {
  /** Only these CIDs; undefined: any. */
  readonly cids: readonly CID[] | undefined
  /** Only pins with one of these statuses; undefined: any. */
  readonly statuses: ReadonlySet<StatusWord> | undefined
  /** Most pins to give, 0 to 1000. */
  readonly limit: number
}

const DEFAULT_LIMIT = 10
/** The standard's bound. The Go release has none, so what asks for more gets this many rather than an error. */
const MAX_LIMIT = 1000

/** A metadata entry in a parameter of its own: `meta[app]=x`. */
const META_ENTRY = /^meta\[(.*)\]$/s

export const requestIdParameter: PathParameter<CID> = {
  type: 'cid',
  doc: 'The request ID of a pin, which is its CID',
  read: (text) => refuse('error decoding requestID', () => parseCid(text))
}

export const listQuery: QueryGroup<ListQuery> = {
  parameters: [
    { name: 'cid', type: 'cid', list: true, doc: 'Only pins of these CIDs' },
    { name: 'name', type: 'string', doc: `Only pins of that name; at most ${MAX_NAME} characters` },
    { name: 'match', type: 'string', words: MATCHES, default: 'exact', doc: 'How names are compared' },
    { name: 'status', type: 'string', list: true, words: STATUS_WORDS, doc: 'Only pins with one of these statuses' },
    { name: 'before', type: 'time', doc: 'Only pins that were created before that' },
    { name: 'after', type: 'time', doc: 'Only pins that were created after that' },
    { name: 'limit', type: 'integer', default: DEFAULT_LIMIT, doc: `Most pins to give, at most ${MAX_LIMIT}` },
    { name: 'meta', type: 'string', doc: 'Only pins with all of these metadata entries: a JSON object of texts' },
    { name: 'meta[<key>]', type: 'string', doc: 'Only pins with that metadata entry' }
  ],
  read: (query) => ({
    cids: readCids(query.get('cid') ?? ''),
    name: readName(query.get('name') ?? ''),
    match: readMatch(query.get('match') ?? ''),
    statuses: readStatuses(query.get('status') ?? ''),
    before: readTime(query, 'before') ?? Infinity,
    after: readTime(query, 'after') ?? -Infinity,
    limit: readLimit(query.get('limit') ?? ''),
    metadata: readMetadata(query)
  })
}

function readCids(text: string): readonly CID[] | undefined {
  if (text === '') return undefined
  return text.split(',').map((word) => refuse(`error decoding cid ${word}`, () => parseCid(word)))
}

function readName(text: string): string {
  if (isTooLong(text)) throw refusal(`error in 'name' query param: longer than ${MAX_NAME} chars`)
  return text
}

/** What is none of the words means `exact`, as in the Go release. */
function readMatch(text: string): Match {
  return MATCHES.find((match) => match === text) ?? 'exact'
}

/** Words that are none are passed over as long as one is known. */
function readStatuses(text: string): ReadonlySet<StatusWord> | undefined {
  if (text === '') return undefined
  const words = text.split(',').map((word) => word.trim())
  const statuses = new Set(STATUS_WORDS.filter((word) => words.includes(word)))
  if (statuses.size === 0) throw refusal("error decoding 'status' query param: no valid filter")
  return statuses.size === STATUS_WORDS.length ? undefined : statuses
}

/** Milliseconds since the Unix epoch, with what is below them as a fraction. */
function readTime(query: QueryParams, name: string): number | undefined {
  const text = query.get(name) ?? ''
  if (text === '') return undefined
  const { seconds, nanoseconds } = refuse(`error decoding '${name}' query param: ${text}`, () => Time.parse(text))
  return seconds * 1000 + nanoseconds / 1e6
}

function readLimit(text: string): number {
  if (text === '') return DEFAULT_LIMIT
  if (/^\d+$/.test(text)) return Math.min(Number(text), MAX_LIMIT)
  throw refusal(
    `error parsing 'limit' query param: ${text}: strconv.ParseUint: parsing ${goQuote(text)}: invalid syntax`
  )
}

function readMetadata(query: QueryParams): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>()
  const text = query.get('meta') ?? ''
  if (text !== '') {
    const entries = refuse(`error unmarshalling 'meta' query param: ${text}`, () => textsOf(parseJSON(text)))
    for (const [key, value] of entries) metadata.set(key, value)
  }
  for (const name of query.keys()) {
    const [, key] = META_ENTRY.exec(name) ?? []
    if (key !== undefined) metadata.set(key, query.get(name) ?? '')
  }
  return metadata
}

function textsOf(value: JsonValue): [string, string][] {
  if (value === null) return []
  if (typeof value !== 'object' || Array.isArray(value)) throw new SyntaxError('it is no JSON object')
  return Object.entries(value).map(([key, item]: [string, JsonValue]) => {
    if (typeof item !== 'string') throw new SyntaxError(`the value of ${goQuote(key)} is no text`)
    return [key, item]
  })
}

function refuse<T>(complaint: string, parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    throw refusal(`${complaint}: ${messageOf(cause)}`)
  }
}

function refusal(message: string): ClusterError {
  return new ClusterError('ERR_BAD_REQUEST', message)
}
