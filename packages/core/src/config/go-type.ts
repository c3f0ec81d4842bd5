import { newJsonMap, parseGoBool, parseGoFloat, parseGoInt, parseGoUint } from '@ipfs-cluster/api'
import type { JsonObject, JsonValue } from '@ipfs-cluster/api'

/** The Go type behind a JSON value: which values it takes, what its zero is, how it is read from the environment. */
export interface GoType {
  /** As Go's errors name it. */
  readonly name: string
  /** The value of a key that is absent. */
  readonly zero: JsonValue
  /** Whether a value that is not null is of this type. */
  takes(value: JsonValue): boolean
  /**
   * The value that a variable stands for, as the envconfig library reads it.
   *
   * @throws Error with the details that Go gives
   */
  fromEnv(text: string): JsonValue
}

const isText = (value: JsonValue): boolean => typeof value === 'string'
const isTextList = (value: JsonValue): boolean => isList(value) && value.every(isText)

export const goString: GoType = { name: 'string', zero: '', takes: isText, fromEnv: (text) => text }

export const goBool: GoType = {
  name: 'bool',
  zero: false,
  takes: (value) => typeof value === 'boolean',
  fromEnv: parseGoBool
}

export const goInt: GoType = {
  name: 'int',
  zero: 0,
  takes: (value) => typeof value === 'bigint' || Number.isInteger(value),
  fromEnv: parseGoInt
}

export const goUint: GoType = {
  name: 'uint64',
  zero: 0,
  takes: (value) => goInt.takes(value) && Number(value) >= 0,
  fromEnv: parseGoUint
}

export const goFloat: GoType = {
  name: 'float64',
  zero: 0,
  takes: (value) => typeof value === 'number' || typeof value === 'bigint',
  fromEnv: parseGoFloat
}

export const goList: GoType = {
  name: '[]string',
  zero: [],
  takes: isTextList,
  fromEnv: (text) => (text.trim() === '' ? [] : text.split(','))
}

/** A list that may be written as a single text. */
export const goStrings: GoType = {
  ...goList,
  name: 'config.Strings',
  takes: (value) => isText(value) || isTextList(value)
}

export const goMap: GoType = {
  name: 'map[string]string',
  zero: null,
  takes: (value) => isObject(value) && Object.values(value).every(isText),
  fromEnv: (text) => pairs(text, (value) => value)
}

export const goMapOfLists: GoType = {
  name: 'map[string][]string',
  zero: null,
  takes: (value) => isObject(value) && Object.values(value).every(isTextList),
  fromEnv: (text) => pairs(text, (value) => [value])
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value)
}

export function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** The word that Go's errors have for a JSON value. */
export function jsonKind(value: JsonValue): string {
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number' || typeof value === 'bigint') return 'number'
  if (value === null || typeof value === 'string') return value === null ? 'null' : 'string'
  return isList(value) ? 'array' : 'object'
}

/** `key:value,key:value`. */
function pairs(text: string, toValue: (value: string) => JsonValue): JsonObject {
  const map = newJsonMap()
  if (text.trim() === '') return map
  for (const pair of text.split(',')) {
    const [key, value, ...rest] = pair.split(':')
    if (key === undefined || value === undefined || rest.length > 0)
      throw new Error(`invalid map item: ${JSON.stringify(pair)}`)
    map[key] = toValue(value)
  }
  return map
}
