import type { Kind } from './kinds.ts'

/** Where a group keeps the keys that it does not know. */
export const UNKNOWN: unique symbol = Symbol('unknown keys')

/** When an option is written to the file: always, when it differs from the default, when it is not empty, or never. */
export type Written = 'always' | 'changed' | 'filled' | 'never'

/** What a declaration may say about an option besides its kind. */
export interface OptionInit<T> {
  /** The value that `init` writes, and that an absent component has. */
  default: T | (() => T)
  /**
   * What a key means that is absent, or holds the zero of its JSON type (empty text, 0): the default, or that zero. The
   * Go release does the one or the other by option, and files rely on it.
   */
  absent?: 'default' | 'zero'
  /** `always` when not given. */
  written?: Written
  /** The value is never shown: neither in the log nor in an error. */
  hidden?: boolean
  /** What becomes of a value that cannot be read: an error when not given; else the default, or the kind's zero. */
  unreadable?: 'default' | 'zero'
  /** The words around the reason why a value cannot be read; `error parsing SECTION.KEY: REASON` when not given. */
  failure?(reason: string): string
  /** Go's text when the value is not allowed, undefined when it is. */
  check?(value: T): string | undefined
  /** What a check allows beyond the kind, as in "above 0". */
  range?: string
  /** One sentence: what the option does, and what to set it to. */
  doc: string
}

/** A declared option. */
export interface Option<T = unknown> extends Readonly<OptionInit<T>> {
  readonly kind: Kind<T>
}

/** Options below one key. A group that is absent has the defaults of its options. */
export interface Group<O extends Options = Options> {
  readonly group: O
  /** Keys that are not declared are kept, in a member {@link UNKNOWN}. */
  readonly keepUnknown?: boolean
}

/** The options of a section by their JSON key, in the order in which they are written. */
export interface Options {
  readonly [key: string]: Option | Group
}

/** A component of service.json. */
export interface Section<O extends Options = Options> {
  /** The key of the section, which is also the name that errors give. */
  readonly key: string
  /** What the names of its environment variables begin with. */
  readonly env: string
  /** Name of the Go structure that errors about types name. */
  readonly goStruct: string
  readonly options: O
  /** Checks over several options; the first failure is reported. */
  readonly checks?: readonly Check<O>[]
  /** `init` does not write it: who wants it puts it into the file. */
  readonly byHand?: boolean
  readonly doc: string
}

/** A check over several options: Go's text when they contradict each other, and the key to look at. */
export interface Check<O extends Options = Options> {
  readonly key: string
  failure(config: Values<O>): string | undefined
}

/** The object that a section becomes: camel-case names, decoded values. */
export type ConfigOf<S> = S extends Section<infer O> ? Values<O> : never

/** The values of options. */
export type Values<O extends Options> = {
  -readonly [K in keyof O as Camel<K & string>]: O[K] extends Option<infer T>
    ? T
    : O[K] extends Group<infer G>
      ? Values<G>
      : unknown
}

/** `listen_multiaddress` as `listenMultiaddress`. */
export type Camel<K extends string> = K extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : K

/** Declares an option. */
export function option<T>(kind: Kind<T>, init: OptionInit<T>): Option<T> {
  return { ...init, kind }
}

/** Declares options below one key. */
export function group<const O extends Options>(options: O): Group<O> {
  return { group: options }
}

/** Declares a section. */
export function section<O extends Options>(declared: Section<O>): Section<O> {
  return declared
}

/** Whether a member of a section is a group. */
export function isGroup(member: Option | Group): member is Group {
  return 'group' in member
}

/** The default of an option: a fresh one where it is made anew each time. */
export function defaultOf<T>({ default: value }: Option<T>): T {
  return typeof value === 'function' ? (value as () => T)() : structuredClone(value)
}

/** The name that a JSON key has in the object. */
export function camel(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase())
}

/** Every option with the keys that lead to it. */
export function* eachOption(
  options: Options,
  path: readonly string[] = []
): Generator<[path: string[], option: Option]> {
  for (const [key, member] of Object.entries(options)) {
    if (isGroup(member)) yield* eachOption(member.group, [...path, key])
    else yield [[...path, key], member]
  }
}

/** The environment variable of an option: the prefix, then the keys without underscores. */
export function envName(prefix: string, path: readonly string[]): string {
  return [prefix, ...path.map((key) => key.replaceAll('_', '').toUpperCase())].join('_')
}
