import type { FlagMap } from './flags.ts'
import { commandUsage, flagRows } from './help.ts'
import type { Row } from './help.ts'
import { isGroup } from './program.ts'
import type { CommandClass, CommandNode, Group, Program } from './program.ts'

/** A page in Markdown that tells every command and option of a program, made from their declarations. */
export async function referencePage<G extends FlagMap>(program: Program<G>): Promise<string> {
  const { bin, summary, description, globals, commands } = program
  const parts = [
    `# ${bin}`,
    `Generated from the declarations of the commands by \`npm run docs\`. \`${bin} help <command>\` tells the same.`,
    `${bin} - ${summary}`,
    description.trim(),
    '## Options before the command',
    optionTable(flagRows(globals)),
    ...(await nodeParts(commands, bin))
  ]
  return `${parts.join('\n\n')}\n`
}

async function nodeParts<G extends FlagMap>(nodes: readonly CommandNode<G>[], parent: string): Promise<string[]> {
  const parts: string[] = []
  for (const node of nodes) {
    const path = `${parent} ${node.name}`
    if (isGroup(node)) parts.push(...(await groupParts(node, path)))
    else parts.push(...leafParts(await node.load(), path, node.isAddition === true))
  }
  return parts
}

async function groupParts<G extends FlagMap>(group: Group<G>, path: string): Promise<string[]> {
  if (group.hidden === true) return []
  const { summary, description } = group
  const about = description === undefined ? [] : [description.trim()]
  return [`## ${path}`, `${summary}.`, ...about, ...(await nodeParts(group.commands, path))]
}

function leafParts<G extends FlagMap>(command: CommandClass<G>, path: string, isAddition: boolean): string[] {
  if (command.hidden) return []
  const { summary, description, flags } = command
  const rows = flagRows(flags)
  return [
    `## ${path}`,
    `${summary}.${isAddition ? ' The Go release has no such command.' : ''}`,
    `\`\`\`\n${commandUsage(path, command)}\n\`\`\``,
    ...(description === undefined ? [] : [description.trim()]),
    ...(rows.length === 0 ? [] : [optionTable(rows)])
  ]
}

function optionTable(rows: readonly Row[]): string {
  const lines = rows.map(([names, text]) => `| \`${names}\` | ${escapeCell(text)} |`)
  return ['| option | meaning |', '|---|---|', ...lines].join('\n')
}

function escapeCell(text: string): string {
  return text.replace(/[|<>*_]/g, '\\$&')
}
