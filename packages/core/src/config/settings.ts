import { parseJSON } from '@ipfs-cluster/api'
import type { JsonValue } from '@ipfs-cluster/api'
import type { GoType } from './go-type.ts'
import { bool, float, int, text } from './kinds.ts'
import type { Kind } from './kinds.ts'
import { option } from './option.ts'
import type { Group, Option } from './option.ts'

const goJson: GoType = { name: 'object', zero: null, takes: () => true, fromEnv: parseJSON }

/** A value that is passed on as it is. */
export const anything: Kind<JsonValue> = {
  go: goJson,
  allowed: 'any JSON',
  read: (json) => json,
  write: (json) => json
}

/**
 * The options of a storage engine, from their defaults. They are carried from file to file and mean nothing to this
 * peer: a zero does not replace a default, and keys that are not known are kept.
 */
export function engineSettings(engine: string, defaults: Readonly<Record<string, JsonValue>>): Group {
  const entries = Object.entries(defaults).map(([key, value]) => [key, setting(engine, key, value)])
  return { group: Object.fromEntries(entries) as Record<string, Option>, keepUnknown: true }
}

function setting(engine: string, key: string, value: JsonValue): Option {
  const doc = `Option \`${key}\` of ${engine} in the Go release; kept, not used.`
  const init = { default: value, doc }
  if (typeof value === 'boolean') return option<JsonValue>(bool, init)
  if (typeof value === 'string') return option<JsonValue>(text, init)
  if (typeof value !== 'number') return option(anything, init)
  return option<JsonValue>(Number.isInteger(value) ? int : float, init)
}
