import { KuboError } from '../errors.ts'

/** What an option of a command may hold. */
export type OptionType = 'bool' | 'int' | 'string'

/** Options of a command by name; a short name points to the long one. */
export type OptionSpecs = Record<string, OptionType | `=${string}`>

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True', ''])
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False'])

/** The options of one request, checked against what the command declares. Options that it does not know are ignored. */
export class Options {
  readonly #values = new Map<string, boolean | number | string>()

  /** @throws KuboError in Kubo's words when a value does not fit */
  constructor(query: URLSearchParams, specs: OptionSpecs) {
    for (const key of new Set(query.keys())) {
      const spec = specs[key]
      if (spec === undefined) continue
      const name = spec.startsWith('=') ? spec.slice(1) : key
      const type = (spec.startsWith('=') ? specs[name] : spec) as OptionType
      const values = query.getAll(key)
      if (values.length > 1) {
        throw badRequest(`expected key ${name} to have only a single value, received [${values.join(' ')}]`)
      }
      if (this.#values.has(name)) throw badRequest(`duplicate command options were provided ("${key}" and "${name}")`)
      this.#values.set(name, parse(name, values[0] ?? '', type))
    }
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  /** Value of a switch, undefined when it was not given. */
  bool(name: string): boolean | undefined {
    return this.#values.get(name) as boolean | undefined
  }

  int(name: string): number | undefined {
    return this.#values.get(name) as number | undefined
  }

  string(name: string): string | undefined {
    return this.#values.get(name) as string | undefined
  }
}

function parse(name: string, text: string, type: OptionType): boolean | number | string {
  if (type === 'string') return text
  if (type === 'bool' && (TRUE.has(text) || FALSE.has(text))) return TRUE.has(text)
  if (type === 'int' && /^[+-]?\d+$/.test(text)) return Number(text)
  const value = text === '' ? 'empty value' : `value ${JSON.stringify(text)}`
  throw badRequest(`could not convert ${value} to type "${type}" (for option "-${name}")`)
}

function badRequest(message: string): KuboError {
  return new KuboError(message, { rpcCode: 1 })
}
