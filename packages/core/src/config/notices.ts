import { parseJSON } from '@ipfs-cluster/api'
import type { JsonValue } from '@ipfs-cluster/api'
import { messageOf } from '../util/errors.ts'
import { isObject } from './go-type.ts'
import { keysOf } from './json-keys.ts'
import type { JsonKey } from './json-keys.ts'
import { COMPONENTS } from './layout.ts'
import { eachOption, isGroup } from './option.ts'
import type { Option, Options } from './option.ts'
import { keyIn } from './read.ts'

/** Keys at the top of service.json that are no components: where to fetch it from, and one that has never been used. */
const OTHER_KEYS = ['source', 'state']

/**
 * What a service.json holds that is accepted, as the Go release does, and that nobody can have meant: keys that have no
 * meaning, keys that stand twice, values that cannot be read and have the default in their place.
 *
 * @param text - a document that was read without a fault
 * @param file - its name, to begin each notice with
 */
export function noticesOf(text: string, file: string): string[] {
  const notices: { line: number; words: string }[] = []
  const lines = new Map<string, number>()
  let strange: string | undefined
  for (const key of keysOf(text)) {
    const name = key.path.join('.')
    lines.set(name.toLowerCase(), key.line)
    if (key.isRepeated) notices.push({ line: key.line, words: `${name} stands here once more; the last one counts` })
    if (strange !== undefined && name.startsWith(`${strange}.`)) continue
    strange = isKnown(key) ? undefined : name
    if (strange !== undefined) notices.push({ line: key.line, words: `${name} has no meaning and is passed over` })
  }
  for (const { name, words } of unreadable(parseJSON(text))) notices.push({ line: lines.get(name) ?? 1, words })
  return notices.sort((a, b) => a.line - b.line).map(({ line, words }) => `${file}:${line}: ${words}`)
}

function isKnown({ path }: JsonKey): boolean {
  const [top = '', ...rest] = path.map((key) => key.toLowerCase())
  if (OTHER_KEYS.includes(top)) return true
  const components = COMPONENTS.filter((component) => component.path[0] === top)
  if (components.length === 0 || rest.length === 0) return components.length > 0
  return components.some(({ path: [, key], section }) => {
    if (key === undefined) return isOption(section.options, rest)
    return rest[0] === key && isOption(section.options, rest.slice(1))
  })
}

/** What stands below an option belongs to it, whatever it is. */
function isOption(options: Options, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true
  const member = options[key]
  if (member === undefined) return false
  return isGroup(member) && member.keepUnknown !== true ? isOption(member.group, rest) : true
}

function unreadable(document: JsonValue): { name: string; words: string }[] {
  return COMPONENTS.flatMap(({ path: component, section }) =>
    [...eachOption(section.options)].flatMap(([keys, option]) => {
      const path = [...component, ...keys]
      const reason = option.unreadable === undefined ? undefined : reasonAgainst(option, valueAt(document, path))
      const name = path.join('.')
      return reason === undefined ? [] : [{ name, words: `${name} is passed over: ${reason}` }]
    })
  )
}

function reasonAgainst({ kind }: Option, json: JsonValue): string | undefined {
  if (json === null || json === '') return undefined
  try {
    kind.read(json)
    return undefined
  } catch (err) {
    return messageOf(err)
  }
}

function valueAt(json: JsonValue, [key, ...rest]: readonly string[]): JsonValue {
  if (key === undefined) return json
  if (!isObject(json)) return null
  const present = keyIn(json, key)
  return present === undefined ? null : valueAt(json[present] ?? null, rest)
}
