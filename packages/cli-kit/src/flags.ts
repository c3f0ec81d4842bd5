import { parseGoDuration } from '@ipfs-cluster/api/duration'
import { GoValueError, parseGoBool, parseGoInt, parseGoUint } from '@ipfs-cluster/api/go-values'
import type { ArgInput, BooleanFlag, OptionFlag } from '@oclif/core/interfaces'
import { FlagValueError } from './errors.ts'

type BooleanFlagProps = Omit<BooleanFlag<unknown>, 'parse' | 'default'>
type OptionFlagProps = Omit<OptionFlag<unknown>, 'parse' | 'default' | 'defaultHelp'>
type Letter = NonNullable<BooleanFlagProps['char']>

/** What every flag may say about itself. */
export interface FlagOptions {
  /** One line of help: what the flag does. */
  summary?: string
  /** One-letter name. It never bundles: `-qr` is the flag named "qr". */
  char?: Letter
  /** Other long names, as in `--replication-min` and `--rmin`. */
  aliases?: string[]
  /** Environment variable that stands in for the flag when it is not given. */
  env?: string
  hidden?: boolean
}

/** What a flag that takes a value may say besides. */
export interface ValueFlagOptions<T> extends FlagOptions {
  default?: T
  /** Word that stands for the value in the help, "value" when not given. */
  helpValue?: string
}

/** How the text of a value becomes the value. Throws FlagValueError with the reason that the Go release gives. */
export interface GoValue<T> {
  /** What the flag is worth when neither it nor its environment variable is given. */
  readonly initial: T
  /** `previous` is the value of an earlier use of the same flag: all but lists ignore it. */
  read(text: string, previous: T | undefined): T
  /** How the help shows `initial`; undefined: not at all. */
  readonly shown: string | undefined
}

/** A flag: oclif's declaration, plus how the Go release reads its value. */
export type GoFlag<T = unknown> = (BooleanFlagProps | OptionFlagProps) & {
  /** For oclif's own parser, which tools may use: the same reading of one value. */
  parse(input: unknown): Promise<never>
  go: GoValue<T>
}
/** The flags of a command by their first name. */
export type FlagMap = Record<string, GoFlag>
/** The values that parsing a {@link FlagMap} gives. */
export type FlagValues<F extends FlagMap> = { [K in keyof F]: F[K]['go']['initial'] }

/** The arguments of a command by name, in order: oclif's declarations. */
export type ArgMap = ArgInput<Record<string, string | undefined>>
export type ArgValues<A extends ArgMap> = { [K in keyof A]: string | undefined }

/** A switch. Takes no separate value: `--flag`, `--flag=false`. */
export function bool(options: FlagOptions = {}): GoFlag<boolean> {
  const go: GoValue<boolean> = { initial: false, shown: undefined, read: reading(parseGoBool) }
  return { ...options, name: '', type: 'boolean', allowNo: false, parse: async (input) => input as never, go }
}

/** Text; the last use wins. */
export function string(options: ValueFlagOptions<string> = {}): GoFlag<string> {
  const initial = options.default ?? ''
  const shown = initial === '' ? undefined : JSON.stringify(initial)
  return valueFlag(options, { initial, shown, read: (text) => text })
}

/** Text that may be given several times; commas do not separate. */
export function strings(options: FlagOptions = {}): GoFlag<string[]> {
  const read = (text: string, previous: string[] | undefined): string[] => [...(previous ?? []), text]
  const parse = async (input: unknown): Promise<never> => input as never
  const go: GoValue<string[]> = { initial: [], shown: undefined, read }
  return { ...options, name: '', type: 'option', input: [], multiple: true, multipleNonGreedy: true, parse, go }
}

/** A whole number, also in the bases of Go literals: `0x5`, `0b1`, `0o7`, `1_000`. */
export function int(options: ValueFlagOptions<number> = {}): GoFlag<number> {
  const initial = options.default ?? 0
  return valueFlag(options, { initial, shown: String(initial), read: reading(parseGoInt) })
}

/** A whole number that is not negative. */
export function uint(options: ValueFlagOptions<number> = {}): GoFlag<number> {
  const initial = options.default ?? 0
  return valueFlag(options, { initial, shown: String(initial), read: reading(parseGoUint) })
}

/** A Go duration such as `1h30m`; the value is in milliseconds. */
export function duration(options: FlagOptions & { helpValue?: string } = {}): GoFlag<number> {
  return valueFlag(options, { initial: 0, shown: '0s', read: reading(parseGoDuration) })
}

/** A positional argument. What is piped into the program is never taken for it. */
export function arg(options: { description?: string; required?: boolean } = {}): ArgMap[string] {
  return { ...options, name: '', input: [], ignoreStdin: true, parse: async (input) => input }
}

function valueFlag<T>({ default: _, ...options }: ValueFlagOptions<T>, go: GoValue<T>): GoFlag<T> {
  const parse = async (input: unknown): Promise<never> => go.read(String(input), undefined) as never
  return { ...options, name: '', type: 'option', input: [], parse, go }
}

/** Words a value that cannot be read as Go's flag package does. */
function reading<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text)
    } catch (err) {
      throw new FlagValueError(err instanceof GoValueError && err.outOfRange ? 'value out of range' : 'parse error')
    }
  }
}
