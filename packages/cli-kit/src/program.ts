import type { ArgMap, FlagMap, FlagValues } from './flags.ts'
import type { Io } from './io.ts'

/** What a command gets from the program that runs it. */
export interface CommandContext<G extends FlagMap = FlagMap> extends Io {
  /** Name of the program. */
  readonly bin: string
  readonly version: string
  /** All commands of the program. */
  readonly commands: readonly CommandNode<G>[]
  /** Values of the options that stand before the command. */
  readonly globals: FlagValues<G>
}

/** A command with its command line. */
export interface Command {
  /** Does the work. Resolves to the exit status, 0 when it gives none. */
  run(): Promise<number | void>
}

/** A command class as the program's table holds it. */
export interface CommandClass<G extends FlagMap = FlagMap> {
  readonly summary: string
  readonly description: string | undefined
  readonly usage: string | undefined
  readonly flags: FlagMap
  readonly args: ArgMap
  readonly hidden: boolean
  new (argv: readonly string[], context: CommandContext<G>): Command
}

/** What a command goes by. */
interface Named {
  readonly name: string
  /** Names that work and that no help shows: those of earlier releases. */
  readonly hiddenAliases?: readonly string[]
  /** The Go release has no such command. */
  readonly isAddition?: boolean
}

/** A command, loaded when it is run or described. */
export interface Leaf<G extends FlagMap = FlagMap> extends Named {
  load(): Promise<CommandClass<G>>
}

/** A command that has commands. */
export interface Group<G extends FlagMap = FlagMap> extends Named {
  readonly summary: string
  readonly description?: string
  readonly hidden?: boolean
  readonly commands: readonly CommandNode<G>[]
  /** Runs before any command of the group. */
  before?(context: CommandContext<G>): Promise<void>
}

export type CommandNode<G extends FlagMap = FlagMap> = Leaf<G> | Group<G>

/** Texts of flags that were not given, and where they come from, for a message. */
export interface FlagDefaults {
  readonly texts: Readonly<Record<string, string>>
  readonly source: string
}

/** A program: options, and a tree of commands. */
export interface Program<G extends FlagMap = FlagMap> {
  readonly bin: string
  readonly version: string
  readonly summary: string
  readonly description: string
  /** Options that stand before the command. */
  readonly globals: G
  readonly commands: readonly CommandNode<G>[]
  readonly exits: {
    /** Status after a wrong command line. */
    readonly usage: number
    /** Status of the program called without a command, after the help. */
    readonly noCommand: number
    /** What an unknown command does: a message and status 3, or the help and this status. */
    readonly unknownCommand: 'message' | number
  }
  /**
   * What the user wants the options before the command to be where neither the command line nor the environment says
   * it: texts by the first name of the option.
   */
  defaults?(io: Io): FlagDefaults | Promise<FlagDefaults>
  /** Runs before any command; a number ends the program with that status. */
  before?(context: CommandContext<G>): Promise<number | void>
}

/** Whether a node has commands of its own. */
export function isGroup<G extends FlagMap>(node: CommandNode<G>): node is Group<G> {
  return 'commands' in node
}
