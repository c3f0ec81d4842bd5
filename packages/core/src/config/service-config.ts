import { parseJSON, stringify } from '@ipfs-cluster/api'
import type { JsonObject, JsonValue } from '@ipfs-cluster/api'
import { plainLine } from '../util/limited-logger.ts'
import { overrideFromEnv } from './env.ts'
import type { Environment } from './env.ts'
import { ConfigError } from './errors.ts'
import { isObject, jsonKind } from './go-type.ts'
import { lineOf } from './json-keys.ts'
import { COMPONENTS } from './layout.ts'
import type { Component, ServiceConfig } from './layout.ts'
import { camel } from './option.ts'
import type { Section } from './option.ts'
import { checkSection, defaultsOf, keyIn, readSection } from './read.ts'
import { displaySection, writeSection } from './write.ts'

/** Which components `init` puts into a file. */
export interface ServiceConfigInit {
  consensus: 'crdt' | 'raft'
  /** Ignored for raft, which keeps its state in memory. */
  datastore: 'leveldb' | 'pebble' | 'badger' | 'badger3'
  /** Whether the peer runs an IPFS node of its own. */
  ipfsNode?: boolean
}

/** Metrics that pins are allocated by when the file has no allocator, as before there was one. */
const LEGACY_ALLOCATE_BY = ['freespace']

/** A configuration with everything at its default. */
export function defaultServiceConfig({ consensus, datastore, ipfsNode }: ServiceConfigInit): ServiceConfig {
  const draft = new Draft()
  for (const component of COMPONENTS) {
    const [group, key] = component.path
    if (component.section.byHand === true) continue
    if (group === 'consensus' && key !== consensus) continue
    if (group === 'datastore' && (consensus === 'raft' || key !== datastore)) continue
    if (group === 'ipfs_node' && ipfsNode !== true) continue
    draft.set(component, defaultsOf(component.section))
  }
  return draft.config
}

/**
 * Reads the text of service.json by the rules of the Go release: keys without a meaning are ignored, every component
 * is checked, the first fault ends it.
 *
 * @param file - name of the document, for errors
 * @throws ConfigError
 */
export function parseServiceConfig(text: string, file: string): ServiceConfig {
  try {
    return readDocument(parseDocument(text))
  } catch (err) {
    if (!(err instanceof ConfigError)) throw err
    err.file = file
    if (err.fault.path.length > 0) err.line ??= lineOf(text, documentPath(err.fault.path))
    throw err
  }
}

/**
 * A configuration with the environment applied to each of its components.
 *
 * @throws ConfigError
 */
export function applyEnvironment(config: ServiceConfig, env: Environment): ServiceConfig {
  const draft = new Draft()
  for (const component of COMPONENTS) {
    const current = valueOf(config, component)
    if (current !== undefined) draft.set(component, overrideFromEnv(component.section, current, env))
  }
  return draft.config
}

/**
 * The text of service.json: Go's order of keys, two spaces, no newline at the end.
 *
 * @throws ConfigError when it is not valid
 */
export function formatServiceConfig(config: ServiceConfig): string {
  return stringify(
    toDocument(config, (section, value) => {
      checkSection(section, value)
      return writeSection(section, value)
    }),
    2
  )
}

/** The text of the configuration with secrets replaced, for the log. */
export function displayServiceConfig(config: ServiceConfig): string {
  return stringify(toDocument(config, displaySection), 2)
}

/** The URL that a document refers to in place of a configuration of its own. */
export function sourceOf(text: string): string | undefined {
  const document = parseDocument(text)
  const key = keyIn(document, 'source')
  const source = key === undefined ? undefined : document[key]
  return typeof source === 'string' && source !== '' ? source : undefined
}

/** The text of a service.json that refers to a URL. */
export function formatSource(url: string): string {
  return stringify({ source: url }, 2)
}

/** The raw `cluster` section, which held the identity before identity.json. */
export function clusterSectionOf(text: string): JsonObject {
  const cluster = parseDocument(text)['cluster']
  return isObject(cluster) ? cluster : {}
}

/**
 * The consensus that a configuration names.
 *
 * @throws ConfigError unless it is exactly one
 */
export function consensusOf({ consensus }: ServiceConfig): 'crdt' | 'raft' {
  const named = (['crdt', 'raft'] as const).filter((key) => consensus[key] !== undefined)
  const [only] = named
  if (only !== undefined && named.length === 1) return only
  throw new ConfigError('could not determine the consensus component', {
    path: ['consensus'],
    found: named.length === 0 ? 'without a component' : `both ${named.join(' and ')}`,
    allowed: 'exactly one of "crdt" and "raft"'
  })
}

/**
 * The datastore that a configuration names.
 *
 * @throws ConfigError unless it is exactly one
 */
export function datastoreOf({ datastore }: ServiceConfig): ServiceConfigInit['datastore'] {
  const named = (['leveldb', 'pebble', 'badger', 'badger3'] as const).filter((key) => datastore[key] !== undefined)
  const [only] = named
  if (only !== undefined && named.length === 1) return only
  throw new ConfigError('unknown datastore', {
    path: ['datastore'],
    found: named.length === 0 ? 'without a component' : named.join(' and '),
    allowed: 'exactly one of "leveldb", "pebble", "badger" and "badger3"'
  })
}

type SectionValue = Record<string, unknown>

/** A configuration that is put together component by component. */
class Draft {
  readonly #values: Record<string, unknown> = Object.fromEntries(
    COMPONENTS.filter(({ path }) => path.length === 2).map(({ path: [group] }) => [camel(group), {}])
  )

  set({ path: [group, key] }: Component, value: SectionValue): void {
    if (key === undefined) this.#values[camel(group)] = value
    else (this.#values[camel(group)] as Record<string, unknown>)[key] = value
  }

  /** To be taken when every component that must be there is. */
  get config(): ServiceConfig {
    return this.#values as ServiceConfig
  }
}

/** What a configuration holds of a component; undefined when the peer does not have it. */
export function valueOf(config: ServiceConfig, { path: [group, key] }: Component): SectionValue | undefined {
  const value = (config as unknown as Record<string, SectionValue | undefined>)[camel(group)]
  return key === undefined ? value : (value?.[key] as SectionValue | undefined)
}

function parseDocument(text: string): JsonObject {
  let document: JsonValue
  try {
    document = parseJSON(text)
  } catch (err) {
    throw notJson(err)
  }
  if (isObject(document)) return document
  throw new ConfigError(`json: cannot unmarshal ${jsonKind(document)} into Go value of type config.jsonConfig`, {
    path: [],
    allowed: 'a JSON object'
  })
}

function notJson(err: unknown): ConfigError {
  const message = err instanceof Error ? err.message : String(err)
  const error = new ConfigError(
    plainLine(message),
    { path: [], allowed: 'JSON: keys and texts in double quotes, no comma after the last' },
    { cause: err }
  )
  const line = /line (\d+)/.exec(message)?.[1]
  if (line !== undefined) error.line = Number(line)
  return error
}

function readDocument(document: JsonObject): ServiceConfig {
  const draft = new Draft()
  for (const component of COMPONENTS) {
    const json = jsonOf(document, component)
    if (json !== null) draft.set(component, readSection(component.section, json))
    else if (component.path[0] === 'cluster') throw missingCluster()
    else if (component.always) draft.set(component, absentValue(component.section))
  }
  return draft.config
}

/** What a component is that every peer has and the file has not. */
function absentValue(section: Section): SectionValue {
  const defaults = defaultsOf(section)
  return section.key === 'balanced' ? { ...defaults, allocateBy: LEGACY_ALLOCATE_BY } : defaults
}

function jsonOf(document: JsonObject, { path: [group, key] }: Component): JsonValue {
  const groupKey = keyIn(document, group)
  const value = groupKey === undefined ? null : (document[groupKey] ?? null)
  if (key === undefined || value === null) return value
  if (isObject(value)) return value[key] ?? null
  throw new ConfigError(
    `json: cannot unmarshal ${jsonKind(value)} into Go struct field jsonConfig.${group} of type config.jsonSection`,
    { path: [group], found: `a ${jsonKind(value)}`, allowed: 'an object' }
  )
}

function missingCluster(): ConfigError {
  return new ConfigError('cluster section failed to validate: cluster.listen_multiaddress is undefined', {
    path: ['cluster'],
    found: 'absent',
    allowed: 'the section that `ipfs-cluster-service init` writes'
  })
}

function toDocument(config: ServiceConfig, write: (section: Section, value: SectionValue) => JsonObject): JsonObject {
  const document: Record<string, Record<string, JsonValue> | JsonObject> = {}
  for (const component of COMPONENTS) {
    const value = valueOf(config, component)
    if (value === undefined) continue
    const [group, key] = component.path
    const json = write(component.section, value)
    if (key === undefined) document[group] = json
    else document[group] = { ...document[group], [key]: json }
  }
  return document
}

/** The path of a fault from the top of the document: sections are named by their key alone. */
function documentPath(path: readonly string[]): readonly string[] {
  const component = COMPONENTS.find(({ section }) => section.key === path[0])
  return component === undefined ? path : [...component.path, ...path.slice(1)]
}
