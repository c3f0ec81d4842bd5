import { ClusterError, parseCid, parseJSON, parseMultiaddr } from '@ipfs-cluster/api'
import type { JsonValue, Multiaddr } from '@ipfs-cluster/api'
import { messageOf } from '@ipfs-cluster/core/util'
import type { CID } from 'multiformats/cid'

/** What is to be pinned: the standard's Pin. What is undefined was not given. */
export interface PinRequest {
  readonly cid: CID
  readonly name: string | undefined
  readonly origins: Multiaddr[] | undefined
  readonly metadata: Record<string, string> | undefined
}

/** Most characters of a name, as the standard has it. */
export const MAX_NAME = 255

/**
 * Reads the body of a request to pin. Members that the standard does not have are passed over.
 *
 * @throws ClusterError `ERR_BAD_REQUEST`, mostly with the words of the Go release
 */
export function readPinRequest(body: string): PinRequest {
  try {
    const { cid, name, origins, meta } = members(parseBody(body), 'pinsvc.Pin')
    return {
      cid: readCid(cid),
      name: absentOr(name, readName),
      origins: absentOr(origins, readOrigins),
      metadata: absentOr(meta, readMetadata)
    }
  } catch (cause) {
    throw new ClusterError('ERR_BAD_REQUEST', `error decoding request body: ${messageOf(cause)}`, { cause })
  }
}

/** Whether a text has more characters than a name may have. */
export function isTooLong(name: string): boolean {
  return name.length > MAX_NAME && [...name].length > MAX_NAME
}

function parseBody(body: string): JsonValue {
  if (body.trim() === '') throw new SyntaxError('EOF')
  try {
    return parseJSON(body)
  } catch (err) {
    const isCutShort = /^(?:Unexpected end of JSON input|Unterminated string)/.test(messageOf(err))
    throw isCutShort ? new SyntaxError('unexpected EOF') : err
  }
}

type Members = Readonly<Partial<Record<string, JsonValue>>>

function members(value: JsonValue, type: string): Members {
  if (value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) throw wrongType(value, `value of type ${type}`)
  return value as Members
}

function absentOr<T>(value: JsonValue | undefined, read: (value: JsonValue) => T): T | undefined {
  return value === undefined || value === null ? undefined : read(value)
}

function readCid(value: JsonValue | undefined): CID {
  if (value === undefined || value === null) throw new SyntaxError('cid is missing')
  return parseCid(readText(value, 'cid'))
}

function readName(value: JsonValue): string {
  const name = readText(value, 'name')
  if (isTooLong(name)) throw new SyntaxError(`pin name is over ${MAX_NAME} chars`)
  return name
}

function readOrigins(value: JsonValue): Multiaddr[] {
  if (!Array.isArray(value)) throw wrongType(value, 'struct field Pin.origins of type []string')
  return (value as readonly JsonValue[]).map((item) => {
    const origin = readText(item, 'origins')
    parseMultiaddr(origin)
    return origin
  })
}

function readMetadata(value: JsonValue): Record<string, string> {
  const entries = Object.entries(members(value, 'map[string]string'))
  return Object.fromEntries(entries.map(([key, item]) => [key, readText(item ?? '', 'meta')]))
}

function readText(value: JsonValue, member: string): string {
  if (typeof value === 'string') return value
  throw wrongType(value, `struct field Pin.${member} of type string`)
}

function wrongType(value: JsonValue, wanted: string): SyntaxError {
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  return new SyntaxError(`json: cannot unmarshal ${kind === 'bigint' ? 'number' : kind} into Go ${wanted}`)
}
