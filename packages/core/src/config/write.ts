import { stringify } from '@ipfs-cluster/api'
import type { JsonObject, JsonValue } from '@ipfs-cluster/api'
import { camel, defaultOf, isGroup, UNKNOWN } from './option.ts'
import type { Option, Options, Section, Values } from './option.ts'

const HIDDEN = 'XXX_hidden_XXX'

/** A section as it stands in the file. */
export function writeSection<O extends Options>(section: Section<O>, config: Values<O>): JsonObject {
  return writeOptions(section.options, config, (option, json) => (isWritten(option, json) ? json : undefined))
}

/** A section with every option and with hidden values replaced, to be shown. */
export function displaySection<O extends Options>(section: Section<O>, config: Values<O>): JsonObject {
  return writeOptions(section.options, config, (option, json) => {
    if (option.written === 'never') return undefined
    return option.hidden === true ? HIDDEN : json
  })
}

type Choose = (option: Option, json: JsonValue) => JsonValue | undefined

function writeOptions(options: Options, config: Record<string | symbol, unknown>, choose: Choose): JsonObject {
  const json: Record<string, JsonValue> = {}
  for (const [key, member] of Object.entries(options)) {
    const value = config[camel(key)]
    const written = isGroup(member)
      ? filled(writeOptions(member.group, value as Record<string, unknown>, choose))
      : choose(member, member.kind.write(value))
    if (written !== undefined) json[key] = written
  }
  return { ...json, ...(config[UNKNOWN] as JsonObject | undefined) }
}

/** A group of which nothing is written is left away with its key. */
function filled(json: JsonObject): JsonObject | undefined {
  return Object.keys(json).length === 0 ? undefined : json
}

function isWritten(option: Option, json: JsonValue): boolean {
  switch (option.written) {
    case 'never':
      return false
    case 'filled':
      return stringify(json) !== stringify(option.kind.go.zero) && json !== ''
    case 'changed':
      return stringify(json) !== stringify(option.kind.write(defaultOf(option)))
    default:
      return true
  }
}
