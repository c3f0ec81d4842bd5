import type { JsonValue } from '@ipfs-cluster/api'
import { messageOf } from '../util/errors.ts'
import { ConfigError } from './errors.ts'
import { eachOption, envName } from './option.ts'
import type { Option, Options, Section, Values } from './option.ts'
import { readSection } from './read.ts'
import { writeSection } from './write.ts'

/** The environment, as a plain object so that a test can give its own. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Abbreviations that the Go release writes in capitals. */
const CAPITALS = new Set(['id', 'http', 'https', 'ssl', 'cors', 'ttl', 'mdns', 'ipfs', 'gc', 'wal'])

/**
 * A section with the variables of the environment in place of what it holds. As in the Go release a variable replaces
 * the text in the file, so it is read by the same rules; one that is set but empty counts as a value.
 *
 * @throws ConfigError
 */
export function overrideFromEnv<O extends Options>(
  section: Section<O>,
  config: Values<O>,
  env: Environment
): Values<O> {
  const overrides = [...eachOption(section.options)].flatMap(([path, option]) => {
    const name = envName(section.env, path)
    const text = env[name]
    return text === undefined ? [] : [{ path, name, value: readVariable(name, text, path, option) }]
  })
  if (overrides.length === 0) return config
  const json: MutableObject = { ...writeSection(section, config) }
  for (const { path, value } of overrides) setAt(json, path, value)
  try {
    return readSection(section, json)
  } catch (err) {
    throw pointToVariable(err, section, overrides)
  }
}

/** The variables that override something of a section, with what they set. */
export function* variablesOf(section: Section): Generator<{ name: string; path: string[]; option: Option }> {
  for (const [path, option] of eachOption(section.options)) yield { name: envName(section.env, path), path, option }
}

interface MutableObject {
  [key: string]: JsonValue | MutableObject
}

function readVariable(name: string, text: string, path: readonly string[], option: Option): JsonValue {
  const { go, allowed } = option.kind
  try {
    return go.fromEnv(text)
  } catch (err) {
    const shown = option.hidden === true ? '...' : text
    const message =
      `envconfig.Process: assigning ${name} to ${goName(path.at(-1) ?? '')}: ` +
      `converting '${shown}' to type ${go.name}. details: ${messageOf(err)}`
    throw new ConfigError(message, { path: [name], found: `'${shown}'`, allowed }, { cause: err })
  }
}

/** The fault is in a variable, not in the file: say which. */
function pointToVariable(
  err: unknown,
  { key }: Section,
  overrides: readonly { path: string[]; name: string }[]
): unknown {
  if (!(err instanceof ConfigError)) return err
  const fault = err.fault.path.join('.')
  const variable = overrides.find(({ path }) => [key, ...path].join('.') === fault) ?? overrides[0]
  if (variable === undefined) return err
  return new ConfigError(err.message, { ...err.fault, path: [variable.name] }, { cause: err })
}

function setAt(object: MutableObject, path: readonly string[], value: JsonValue): void {
  const [key = '', ...rest] = path
  if (rest.length === 0) object[key] = value
  else setAt((object[key] ??= {}) as MutableObject, rest, value)
}

/** The name of the Go field behind a key. */
function goName(key: string): string {
  return key
    .split('_')
    .map((word) => (CAPITALS.has(word) ? word.toUpperCase() : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('')
}
