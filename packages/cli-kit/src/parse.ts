import { goQuote } from '@ipfs-cluster/api/go-values'
import { FlagValueError, HelpRequest, UsageError } from './errors.ts'
import { bool } from './flags.ts'
import type { ArgMap, ArgValues, FlagMap, FlagValues, GoFlag } from './flags.ts'
import type { FlagDefaults } from './program.ts'

/** What a command line says. The keys are those that oclif's parser gives. */
export interface Parsed<F extends FlagMap = FlagMap, A extends ArgMap = ArgMap> {
  flags: FlagValues<F>
  /** Positional arguments by name; one that was not given is undefined. */
  args: ArgValues<A>
  /** All positional arguments, named or not. */
  argv: string[]
  /** First names of the flags that were given on the command line. */
  given: ReadonlySet<string>
}

export interface ParseOptions {
  env: Readonly<Record<string, string | undefined>>
  /** Whether flags may follow positional arguments. They may after a command, not before it. */
  interspersed: boolean
  /** Texts of flags that neither the command line nor the environment gives. */
  defaults?: FlagDefaults
}

interface State {
  readonly byName: Map<string, Named>
  readonly values: Map<string, unknown>
  /** Every name used on the command line. */
  readonly used: Set<string>
}

interface Named {
  key: string
  flag: GoFlag
}

/**
 * Reads a command line by the rules of Go's flag package: one or two dashes for every name, `-f v` or `-f=v`, switches
 * take no separate value, short flags do not bundle, `--` ends the flags, the last use wins.
 *
 * Known flags count wherever they stand. What looks like a flag but is none is an error before the first positional
 * argument and a positional argument after it, as in the Go programs.
 *
 * @throws UsageError with Go's text
 * @throws HelpRequest when `--help` or `-h` is given
 */
export function parseGo<F extends FlagMap, A extends ArgMap>(
  argv: readonly string[],
  declared: { flags: F; args: A },
  options: ParseOptions
): Parsed<F, A> {
  const state: State = { byName: nameTable(declared.flags), values: new Map(), used: new Set() }
  const positional: string[] = []
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? ''
    if (word === '--') {
      positional.push(...argv.slice(i + 1))
      break
    }
    if (!isFlag(word) || (positional.length > 0 && !state.byName.has(flagName(word)))) {
      if (!options.interspersed) {
        positional.push(...argv.slice(i))
        break
      }
      positional.push(word)
      continue
    }
    if (readFlag(state, word, argv[i + 1])) i++
  }
  refuseTwoForms(declared.flags, state.used)
  if (state.values.get('help') === true && !('help' in declared.flags)) throw new HelpRequest()
  return {
    flags: flagValues(declared.flags, state.values, options),
    args: argValues(declared.args, positional),
    argv: positional,
    given: new Set(Object.keys(declared.flags).filter((key) => state.values.has(key)))
  }
}

/** Every name a flag goes by, its first name first. */
export function flagNames(key: string, flag: GoFlag): string[] {
  return [key, ...(flag.aliases ?? []), ...(flag.char === undefined ? [] : [flag.char])]
}

const HELP: Named = { key: 'help', flag: bool() }

function nameTable(flags: FlagMap): Map<string, Named> {
  const table = new Map<string, Named>([
    ['help', HELP],
    ['h', HELP]
  ])
  for (const [key, flag] of Object.entries(flags)) {
    for (const name of flagNames(key, flag)) table.set(name, { key, flag })
  }
  return table
}

function isFlag(word: string): boolean {
  return word.length > 1 && word.startsWith('-')
}

function flagName(word: string): string {
  const name = word.replace(/^--?/, '')
  const equals = name.indexOf('=')
  return equals === -1 ? name : name.slice(0, equals)
}

/** Returns whether the next word was the flag's value. */
function readFlag(state: State, word: string, next: string | undefined): boolean {
  const name = flagName(word)
  if (name === '' || name.startsWith('-') || name.startsWith('=')) throw new UsageError(`bad flag syntax: ${word}`)
  const named = state.byName.get(name)
  if (named === undefined) throw new UsageError(`flag provided but not defined: -${name}`)
  state.used.add(name)
  const equals = word.indexOf('=')
  if (equals !== -1) {
    setValue(state, named, name, word.slice(equals + 1))
    return false
  }
  if (named.flag.type === 'boolean') {
    setValue(state, named, name, 'true')
    return false
  }
  if (next === undefined) throw new UsageError(`flag needs an argument: -${name}`)
  setValue(state, named, name, next)
  return true
}

function setValue(state: State, { key, flag }: Named, name: string, text: string): void {
  try {
    state.values.set(key, flag.go.read(text, state.values.get(key)))
  } catch (err) {
    if (!(err instanceof FlagValueError)) throw err
    throw new UsageError(
      flag.type === 'boolean'
        ? `invalid boolean value ${goQuote(text)} for -${name}: ${err.message}`
        : `invalid value ${goQuote(text)} for flag -${name}: ${err.message}`
    )
  }
}

function refuseTwoForms(flags: FlagMap, used: ReadonlySet<string>): void {
  for (const [key, flag] of Object.entries(flags)) {
    const [first, second] = flagNames(key, flag).filter((name) => used.has(name))
    if (second !== undefined) throw new UsageError(`Cannot use two forms of the same flag: ${second} ${first}`, true)
  }
}

function flagValues<F extends FlagMap>(
  flags: F,
  given: ReadonlyMap<string, unknown>,
  { env, defaults }: ParseOptions
): FlagValues<F> {
  const entries = Object.entries(flags).map(([key, flag]) => {
    if (given.has(key)) return [key, given.get(key)]
    const text = flag.env === undefined ? undefined : env[flag.env]
    if (text !== undefined) return [key, readFrom(flag, text, String(flag.env))]
    const usual = defaults?.texts[key]
    return [key, usual === undefined ? flag.go.initial : readFrom(flag, usual, `${key} in ${defaults?.source}`)]
  })
  return Object.fromEntries(entries) as FlagValues<F>
}

function readFrom(flag: GoFlag, text: string, source: string): unknown {
  try {
    return flag.go.read(text, undefined)
  } catch (err) {
    if (!(err instanceof FlagValueError)) throw err
    throw new UsageError(`could not parse ${text} as value of ${source}: ${err.message}`)
  }
}

function argValues<A extends ArgMap>(args: A, positional: readonly string[]): ArgValues<A> {
  return Object.fromEntries(Object.keys(args).map((name, i) => [name, positional[i]])) as ArgValues<A>
}
