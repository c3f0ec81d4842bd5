/**
 * @packageDocumentation
 *
 * The commands of a program as real oclif commands, for oclif's tools: manifest, reference pages, completions. Apart
 * from the rest because loading oclif takes longer than a short-lived program may.
 */
import { Command } from '@oclif/core'
import { isGroup } from './program.ts'
import type { Flag, FlagInput } from '@oclif/core/interfaces'
import type { FlagMap } from './flags.ts'
import type { CommandClass, CommandNode, Program } from './program.ts'

/** Every command of a program, with the id that oclif gives it (`pin:add`). */
export async function oclifCommands<G extends FlagMap>(program: Program<G>): Promise<(typeof Command)[]> {
  return below(program.commands, '')
}

async function below<G extends FlagMap>(nodes: readonly CommandNode<G>[], prefix: string): Promise<(typeof Command)[]> {
  const commands = await Promise.all(
    nodes.map(async (node) => {
      const id = prefix + node.name
      return isGroup(node) ? below(node.commands, `${id}:`) : [oclifCommand(id, await node.load())]
    })
  )
  return commands.flat()
}

/** One command as an oclif command. It describes; running it is the program's business. */
export function oclifCommand<G extends FlagMap>(id: string, command: CommandClass<G>): typeof Command {
  const declaredFlags = withDefaults(command.flags)
  return class extends Command {
    static override id = id
    static override summary = command.summary
    static override description = command.description
    static override usage = command.usage === undefined ? undefined : `${id.replaceAll(':', ' ')} ${command.usage}`
    static override flags = declaredFlags
    static override args = command.args
    static override hidden = command.hidden
    static override strict = false

    async run(): Promise<unknown> {
      return this.parse({ flags: declaredFlags, args: command.args, strict: false }, this.argv)
    }
  }
}

function withDefaults(flags: FlagMap): FlagInput {
  return Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [name, { ...flag, default: flag.go.initial } as Flag<unknown>])
  )
}
