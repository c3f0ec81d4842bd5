import { quote, stringify } from '@ipfs-cluster/api'
import type { JsonObject, JsonValue } from '@ipfs-cluster/api'
import { ConfigError } from './errors.ts'
import { isObject, jsonKind } from './go-type.ts'
import { camel, defaultOf, isGroup, UNKNOWN } from './option.ts'
import type { Group, Option, Options, Section, Values } from './option.ts'

/** Longest text of a value that an error shows. */
const SHOWN_LENGTH = 80

/** A section with every option at its default, as `init` writes it. */
export function defaultsOf<O extends Options>(section: Section<O>): Values<O> {
  return groupDefaults(section.options) as Values<O>
}

/**
 * Reads a section by the rules of the Go release, and checks it. Keys without an option are ignored.
 *
 * @param json - the section as it stands in the file
 * @throws ConfigError
 */
export function readSection<O extends Options>(section: Section<O>, json: JsonValue): Values<O> {
  const place: Place = { section, path: [] }
  if (!isObject(json)) throw wrongType(place, json, `Go value of type ${section.goStruct}`, 'an object')
  const config = readOptions(place, section.options, json) as Values<O>
  checkSection(section, config)
  return config
}

/**
 * Checks what a section holds, as it is.
 *
 * @throws ConfigError
 */
export function checkSection<O extends Options>(section: Section<O>, config: Values<O>): void {
  checkOptions({ section, path: [] }, section.options, config)
  for (const check of section.checks ?? []) {
    const message = check.failure(config)
    if (message !== undefined) throw new ConfigError(message, { path: [section.key, ...check.key.split('.')] })
  }
}

/** Whether a document has the key: as it is, or, as Go allows, in other letters. */
export function keyIn(json: JsonObject, key: string): string | undefined {
  if (Object.hasOwn(json, key)) return key
  return Object.keys(json).find((candidate) => candidate.toLowerCase() === key)
}

interface Place {
  section: Section
  path: readonly string[]
}

type Config = Record<string | symbol, unknown>

function groupDefaults(options: Options): Config {
  const entries = Object.entries(options).map(([key, member]) => [
    camel(key),
    isGroup(member) ? groupDefaults(member.group) : defaultOf(member)
  ])
  return Object.fromEntries(entries) as Config
}

function readOptions(place: Place, options: Options, json: JsonObject): Config {
  const config: Config = {}
  for (const [key, member] of Object.entries(options)) {
    const present = keyIn(json, key)
    const value = present === undefined ? null : (json[present] ?? null)
    const below = { ...place, path: [...place.path, key] }
    if (!isGroup(member)) config[camel(key)] = readOption(below, member, value)
    else if (value === null) config[camel(key)] = groupDefaults(member.group)
    else if (isObject(value)) config[camel(key)] = readGroup(below, member, value)
    else throw wrongType(below, value, `${goField(below)} of type config.object`, 'an object')
  }
  return config
}

function readGroup(place: Place, { group, keepUnknown }: Group, json: JsonObject): Config {
  const config = readOptions(place, group, json)
  if (keepUnknown === true) {
    config[UNKNOWN] = Object.fromEntries(Object.entries(json).filter(([key]) => !Object.hasOwn(group, key)))
  }
  return config
}

function readOption(place: Place, option: Option, json: JsonValue): unknown {
  const { go } = option.kind
  if (json !== null && !go.takes(json))
    throw wrongType(place, json, `${goField(place)} of type ${go.name}`, option.kind.allowed)
  const value = json ?? go.zero
  if (option.absent !== 'zero' && isZero(value)) return defaultOf(option)
  try {
    return option.kind.read(value)
  } catch (err) {
    if (option.unreadable === 'default') return defaultOf(option)
    if (option.unreadable === 'zero') return 0
    throw unreadable(place, option, value, err)
  }
}

function checkOptions(place: Place, options: Options, config: Config): void {
  for (const [key, member] of Object.entries(options)) {
    const below = { ...place, path: [...place.path, key] }
    const value = config[camel(key)]
    if (isGroup(member)) checkOptions(below, member.group, value as Config)
    else {
      const message = member.check?.(value)
      if (message !== undefined) throw notAllowed(below, member, value, message)
    }
  }
}

function isZero(value: JsonValue): boolean {
  return (
    value === null || value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0)
  )
}

function wrongType({ section, path }: Place, json: JsonValue, target: string, allowed: string): ConfigError {
  const kind = jsonKind(json)
  const number = kind === 'number' && target.endsWith('int') ? ` ${stringify(json)}` : ''
  return new ConfigError(`json: cannot unmarshal ${kind}${number} into ${target}`, {
    path: [section.key, ...path],
    found: `${kind === 'array' ? 'an' : 'a'} ${kind}`,
    allowed
  })
}

function goField({ section, path }: Place): string {
  return `Go struct field ${section.goStruct}.${path.join('.')}`
}

function unreadable({ section, path }: Place, option: Option, json: JsonValue, cause: unknown): ConfigError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const keys = [section.key, ...path]
  const message = option.failure?.(reason) ?? `error parsing ${keys.join('.')}: ${reason}`
  return new ConfigError(message, { path: keys, ...shown(option, json), allowed: allowedFor(option) }, { cause })
}

function notAllowed({ section, path }: Place, option: Option, value: unknown, message: string): ConfigError {
  const found = shown(option, option.kind.write(value))
  return new ConfigError(message, { path: [section.key, ...path], ...found, allowed: allowedFor(option) })
}

function allowedFor({ kind, range }: Option): string {
  return range === undefined ? kind.allowed : `${kind.allowed}, ${range}`
}

function shown({ hidden }: Option, json: JsonValue): { found?: string } {
  if (hidden === true) return {}
  const value = typeof json === 'string' ? quote(json) : stringify(json)
  return { found: value.length > SHOWN_LENGTH ? `${value.slice(0, SHOWN_LENGTH)}...` : value }
}
