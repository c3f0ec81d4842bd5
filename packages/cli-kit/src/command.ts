import { parseGo } from './parse.ts'
import type { ArgMap, FlagMap, FlagValues } from './flags.ts'
import type { Parsed } from './parse.ts'
import type { CommandNode } from './program.ts'

/** Where a program writes text: a stream, or anything that keeps the order of what it is given. */
export interface TextSink {
  write(text: string): unknown
  readonly isTTY?: boolean
}

/** What a program reads from and writes to. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: NodeJS.ReadableStream & { isTTY?: boolean }
  readonly stdout: TextSink
  readonly stderr: TextSink
}

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

/**
 * A command: one class a file, in the shape of an oclif command (statics `summary`, `description`, `flags`, `args`,
 * method `run`), so that oclif's tools can load it. It does not extend oclif's own class because loading that takes
 * longer than a whole run of a compiled program; `@ipfs-cluster/cli-kit/oclif` turns it into one.
 *
 * @example
 * class PinRemove extends GoCommand {
 *   static override summary = 'Unpin an item from the cluster'
 *   static override args = { cid: arg({ required: true }) }
 *   static override flags = { wait: bool({ char: 'w', summary: 'Wait until it is unpinned' }) }
 *
 *   async run(): Promise<void> {
 *     const { args, flags } = this.parse(PinRemove)
 *   }
 * }
 */
export abstract class GoCommand<G extends FlagMap = FlagMap> {
  /** One line, shown in the list of commands. */
  static summary: string = ''
  /** The full text of the help. */
  static description: string | undefined = undefined
  /** How the arguments are shown: `<CID|Path>`. Derived from `args` when not given. */
  static usage: string | undefined = undefined
  static flags: FlagMap = {}
  static args: ArgMap = {}
  static hidden: boolean = false
  /** Surplus arguments are no error. */
  static readonly strict: boolean = false

  readonly argv: readonly string[]
  readonly context: CommandContext<G>

  constructor(argv: readonly string[], context: CommandContext<G>) {
    this.argv = argv
    this.context = context
  }

  /** Does the work. Resolves to the exit status, 0 when it gives none. */
  abstract run(): Promise<number | void>

  /** Reads the command line. To be called first: a wrong command line and `--help` leave `run` from here. */
  protected parse<F extends FlagMap, A extends ArgMap>(declared: { flags: F; args: A }): Parsed<F, A> {
    return parseGo(this.argv, declared, { env: this.context.env, interspersed: true })
  }
}

/** A command class as the program's table holds it. */
export interface CommandClass<G extends FlagMap = FlagMap> {
  readonly summary: string
  readonly description: string | undefined
  readonly usage: string | undefined
  readonly flags: FlagMap
  readonly args: ArgMap
  readonly hidden: boolean
  new (argv: readonly string[], context: CommandContext<G>): GoCommand<G>
}
