import { isGroup, parseGo, runProgram } from '@ipfs-cluster/cli-kit'
import type { CommandContext, Io } from '@ipfs-cluster/cli-kit'
import { globals } from './globals.ts'
import type { Globals } from './globals.ts'
import { followProgram } from './program.ts'

/** What is done with a cluster when no command is given, or one that there is not. */
const USUAL_COMMAND = 'info'

/**
 * Runs the program. Its first word is the name of a cluster, and what follows a command on the peer of that.
 *
 * @param argv - the command line without the program's own name
 * @returns the exit status
 */
export async function runFollow(argv: readonly string[], io: Io): Promise<number> {
  const words = wordsOf(argv, io)
  const [cluster, ...rest] = words
  if (cluster === undefined) return runProgram({ ...followProgram(), before: listClusters }, argv, io)
  if (isHelp(cluster)) return runProgram(followProgram(), argv, io)
  const program = followProgram(cluster)
  const options = argv.slice(0, argv.length - words.length).filter((word) => word !== '--')
  const command = isCommand(program, rest[0]) ? [] : [USUAL_COMMAND]
  return runProgram(program, [...options, `--cluster=${cluster}`, '--', cluster, ...command, ...rest], io)
}

async function listClusters(context: CommandContext<Globals>): Promise<number> {
  const { printClusters } = await import('./clusters.ts')
  return printClusters(context)
}

/** The words behind the options; none when the options are wrong, or ask for something else. */
function wordsOf(argv: readonly string[], { env }: Io): string[] {
  try {
    return parseGo(argv, { flags: globals, args: {} }, { env, interspersed: false }).argv
  } catch {
    return []
  }
}

function isCommand({ commands }: ReturnType<typeof followProgram>, word: string | undefined): boolean {
  if (word === undefined) return false
  return word.startsWith('-') || isHelp(word) || commands.some((node) => isGroup(node) && has(node.commands, word))
}

function has(nodes: readonly { readonly name: string }[], word: string): boolean {
  return nodes.some(({ name }) => name === word)
}

function isHelp(word: string): boolean {
  return word === 'help' || word === 'h'
}
