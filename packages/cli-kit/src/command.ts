import { parseGo } from './parse.ts'
import type { ArgMap, FlagMap } from './flags.ts'
import type { Parsed } from './parse.ts'
import type { Command, CommandContext } from './program.ts'

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
export abstract class GoCommand<G extends FlagMap = FlagMap> implements Command {
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
