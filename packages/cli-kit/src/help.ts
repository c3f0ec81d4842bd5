import { flagNames } from './parse.ts'
import { isGroup } from './program.ts'
import type { FlagMap, GoFlag } from './flags.ts'
import type { CommandClass, CommandNode, Group, Program } from './program.ts'

const WIDTH = 120
const HELP_LINE: Row = ['--help, -h', 'show help']
const HELP_COMMAND: Row = ['help, h', 'Shows a list of commands or help for one command']

/** What stands on the left and on the right of a list. */
export type Row = readonly [left: string, right: string]

/** The help of the program itself. */
export async function programHelp<G extends FlagMap>(program: Program<G>): Promise<string> {
  return sections([
    ['NAME', [`${program.bin} - ${program.summary}`]],
    ['USAGE', [`${program.bin} [global options] command [command options] [arguments...]`]],
    ['VERSION', [program.version]],
    ['DESCRIPTION', program.description.trim().split('\n')],
    ['COMMANDS', table([...(await commandRows(program.commands)), HELP_COMMAND])],
    ['GLOBAL OPTIONS', table([...flagRows(program.globals), HELP_LINE, ['--version, -v', 'print the version']])]
  ])
}

/** The help of a command with commands. */
export async function groupHelp<G extends FlagMap>(path: string, group: Group<G>): Promise<string> {
  return sections([
    ['NAME', [`${path} - ${group.summary}`]],
    ['USAGE', [`${path} command [command options] [arguments...]`]],
    ['DESCRIPTION', group.description?.trim().split('\n') ?? []],
    ['COMMANDS', table([...(await commandRows(group.commands)), HELP_COMMAND])],
    ['OPTIONS', table([HELP_LINE])]
  ])
}

/** The help of a command. */
export function commandHelp<G extends FlagMap>(path: string, command: CommandClass<G>): string {
  return sections([
    ['NAME', [`${path} - ${command.summary}`]],
    ['USAGE', [commandUsage(path, command)]],
    ['DESCRIPTION', command.description?.trim().split('\n') ?? []],
    ['OPTIONS', table([...flagRows(command.flags), HELP_LINE])]
  ])
}

/** How a command is called, in one line. */
export function commandUsage<G extends FlagMap>(path: string, command: CommandClass<G>): string {
  const options = flagRows(command.flags).length > 0 ? ['[command options]'] : []
  return [path, ...options, argumentUsage(command)].join(' ').trimEnd()
}

function argumentUsage<G extends FlagMap>(command: CommandClass<G>): string {
  if (command.usage !== undefined) return command.usage
  return Object.entries(command.args)
    .map(([name, declared]) => (declared.required === true ? `<${name}>` : `[${name}]`))
    .join(' ')
}

async function commandRows<G extends FlagMap>(nodes: readonly CommandNode<G>[]): Promise<Row[]> {
  const described = await Promise.all(
    nodes.map(async (node) => {
      const { summary, hidden } = isGroup(node) ? node : await node.load()
      return { row: [node.name, summary] as const, hidden: hidden === true }
    })
  )
  return described.filter(({ hidden }) => !hidden).map(({ row }) => row)
}

/** The flags that are not hidden: their names, and what they mean. */
export function flagRows(flags: FlagMap): Row[] {
  return Object.entries(flags)
    .filter(([, flag]) => flag.hidden !== true)
    .map(([key, flag]) => [flagLabel(key, flag), flagText(flag)])
}

function flagLabel(key: string, flag: GoFlag): string {
  const value = flag.type === 'option' ? ` ${String(flag.helpValue ?? 'value')}` : ''
  return flagNames(key, flag)
    .map((name) => `${name.length === 1 ? '-' : '--'}${name}${value}`)
    .join(', ')
}

function flagText(flag: GoFlag): string {
  const initial = flag.go.shown === undefined ? '' : ` (default: ${flag.go.shown})`
  const env = flag.env === undefined ? '' : ` [$${flag.env}]`
  return `${flag.summary ?? ''}${initial}${env}`.trim()
}

/** Two columns; what is too long for a line goes on under the second one. */
function table(rows: readonly Row[]): string[] {
  const left = Math.max(...rows.map(([label]) => label.length)) + 2
  return rows.flatMap(([label, text]) => {
    const [first = '', ...rest] = wrap(text, Math.max(20, WIDTH - 3 - left))
    return [(label.padEnd(left) + first).trimEnd(), ...rest.map((line) => ' '.repeat(left) + line)]
  })
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

function sections(parts: readonly (readonly [title: string, lines: readonly string[]])[]): string {
  return parts
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${title}:\n${lines.map((line) => (line === '' ? '' : `   ${line}`)).join('\n')}\n`)
    .join('\n')
}
