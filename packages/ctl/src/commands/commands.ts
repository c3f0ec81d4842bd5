import { bool, GoCommand, isGroup } from '@ipfs-cluster/cli-kit'
import type { CommandNode } from '@ipfs-cluster/cli-kit'
import type { Globals } from '../globals.ts'

/** Lists every command with its path, for scripts that complete or check command lines. */
export class CommandsCommand extends GoCommand<Globals> {
  static override summary = 'List all commands'
  static override hidden = true
  static override flags = { all: bool({ summary: 'also those that the Go release does not have' }) }

  async run(): Promise<void> {
    const { flags } = this.parse(CommandsCommand)
    const { bin, commands, stdout } = this.context
    stdout.write(`${paths(commands, bin, flags.all).join('\n')}\n${bin} help\n`)
  }
}

function paths(nodes: readonly CommandNode<Globals>[], parent: string, all: boolean): string[] {
  return nodes.flatMap((node) => {
    if (node.isAddition === true && !all) return []
    const path = `${parent} ${node.name}`
    return isGroup(node) ? [path, ...paths(node.commands, path, all)] : [path]
  })
}
