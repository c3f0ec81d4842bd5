import { parseCid, parsePeerId, Time } from '@ipfs-cluster/api'
import type { Pin, PinMode, PinType } from '@ipfs-cluster/api'
import { pinKey } from '../codec/index.ts'

/** A pin of a file, and its key in the state. */
export interface ReadPin {
  readonly key: string
  readonly pin: Pin
}

const INTEGER = String.raw`(-?[1-9]\d{0,8}|0)`
const TEXT = String.raw`"([^"\\\u0000-\u001f]*)"`
const NULL = '(null)'

/** The members of a pin in the order of an export, each in the one form that nearly every pin has. */
const MEMBERS = {
  replication_factor_min: INTEGER,
  replication_factor_max: INTEGER,
  name: TEXT,
  mode: '"(recursive|direct)"',
  shard_size: String.raw`([1-9]\d{0,14}|0)`,
  user_allocations: NULL,
  expire_at: TEXT,
  metadata: String.raw`(null|\{[^{}\\]*\})`,
  pin_update: NULL,
  origins: String.raw`(null|\[\])`,
  cid: '"([a-zA-Z0-9]+)"',
  type: '"(pin|meta-pin|clusterdag-pin|shard-pin)"',
  allocations: String.raw`(null|\[[^\]\\]*\])`,
  max_depth: INTEGER,
  reference: '(null|"[a-zA-Z0-9]+")',
  timestamp: TEXT
}

const LINE = new RegExp(
  `^\\{${Object.entries(MEMBERS)
    .map(([key, value]) => `"${key}":${value}`)
    .join()}\\}$`
)

/** The text of a CIDv1 whose key is the same in upper case. */
const BASE32_CID = /^b[a-z2-7]+$/

/**
 * Reads a pin from a line as exports have them, in half of the time that reading it as any JSON takes.
 *
 * @returns undefined for any other text; it may be a pin all the same, or a mistake that is to be reported
 */
export function readPinLine(line: string): ReadPin | undefined {
  const found = LINE.exec(line)
  if (found === null) return undefined
  try {
    return pinOf(found)
  } catch {
    return undefined
  }
}

function pinOf(found: readonly string[]): ReadPin {
  const [, min, max, name = '', mode, shardSize, , expireAt = '', metadata, , origins, cidText = '', type] = found
  const [allocations, maxDepth, reference = '', timestamp = ''] = found.slice(13)
  const cid = parseCid(cidText)
  const pin: Pin = {
    replicationFactorMin: Number(min),
    replicationFactorMax: Number(max),
    name,
    mode: mode as PinMode,
    shardSize: Number(shardSize),
    userAllocations: null,
    expireAt: Time.parse(expireAt),
    metadata: metadata === 'null' ? null : textsIn(JSON.parse(metadata ?? '') as Record<string, unknown>),
    pinUpdate: null,
    origins: origins === 'null' ? null : [],
    cid,
    type: type as PinType,
    allocations: allocations === 'null' ? null : peersIn(allocations ?? ''),
    maxDepth: Number(maxDepth),
    reference: reference === 'null' ? null : parseCid(reference.slice(1, -1)),
    timestamp: Time.parse(timestamp)
  }
  return { key: BASE32_CID.test(cidText) ? cidText.slice(1).toUpperCase() : pinKey(cid), pin }
}

function textsIn(metadata: Record<string, unknown>): Record<string, string> {
  for (const key in metadata) if (typeof metadata[key] !== 'string') throw new SyntaxError('not a text')
  return metadata as Record<string, string>
}

function peersIn(list: string): string[] {
  if (list === '[]') return []
  return (JSON.parse(list) as unknown[]).map((text) => {
    if (typeof text !== 'string') throw new SyntaxError('not a text')
    return parsePeerId(text)
  })
}
