import { ExitError, HelpRequest, UsageError } from './errors.ts'
import { bool } from './flags.ts'
import { commandHelp, groupHelp, programHelp } from './help.ts'
import { parseGo } from './parse.ts'
import { isGroup } from './program.ts'
import type { Io } from './io.ts'
import type { FlagMap } from './flags.ts'
import type { CommandContext, CommandNode, Group, Leaf, Program } from './program.ts'

const NO_TOPIC = 3
const VERSION_FLAG = { version: bool({ char: 'v' }) }

/**
 * Runs a program: reads the options before the command, finds the command, runs it.
 *
 * @param argv the command line without the program's own name
 * @returns the exit status
 * @throws whatever a command throws that is not an ExitError: a bug, or a failure that the caller words
 */
export async function runProgram<G extends FlagMap>(
  program: Program<G>,
  argv: readonly string[],
  io: Io
): Promise<number> {
  const run = new Run(program, io)
  try {
    return await run.start(argv)
  } catch (err) {
    if (!(err instanceof ExitError)) throw err
    if (err.message !== '') io.stderr.write(`${err.message}\n`)
    return err.exitCode
  }
}

class Run<G extends FlagMap> {
  readonly #program: Program<G>
  readonly #io: Io

  constructor(program: Program<G>, io: Io) {
    this.#program = program
    this.#io = io
  }

  async start(argv: readonly string[]): Promise<number> {
    const { bin, version, globals, exits } = this.#program
    const defaults = await this.#program.defaults?.(this.#io)
    let parsed
    try {
      parsed = parseGo(
        argv,
        { flags: { ...globals, ...VERSION_FLAG }, args: {} },
        { env: this.#io.env, interspersed: false, defaults }
      )
    } catch (err) {
      return this.#grammar(err, 'Incorrect Usage. ', () => programHelp(this.#program))
    }
    if (parsed.flags.version) {
      this.#io.stdout.write(`${bin} version ${version}\n`)
      return 0
    }
    const context = this.#context(parsed.flags)
    const ended = await this.#program.before?.(context)
    if (ended !== undefined) return ended
    const [name, ...rest] = parsed.argv
    if (name === undefined) return this.#help(programHelp(this.#program), exits.noCommand)
    const node = find(this.#program.commands, name)
    if (node !== undefined) return this.#node(node, bin, rest, context)
    if (isHelp(name)) return this.#topic(undefined, bin, this.#program.commands, rest)
    if (exits.unknownCommand === 'message') return this.#noTopic(name)
    return this.#help(programHelp(this.#program), exits.unknownCommand)
  }

  /** What a command gets. Getters stay getters: a stream that is opened on first use must not be opened here. */
  #context(globals: CommandContext<G>['globals']): CommandContext<G> {
    const { bin, version, commands } = this.#program
    return Object.defineProperties(
      { bin, version, commands, globals },
      Object.getOwnPropertyDescriptors(this.#io)
    ) as CommandContext<G>
  }

  #node(node: CommandNode<G>, parent: string, argv: string[], context: CommandContext<G>): Promise<number> {
    const path = `${parent} ${node.name}`
    return isGroup(node) ? this.#group(node, path, argv, context) : this.#leaf(node, path, argv, context)
  }

  async #group(group: Group<G>, path: string, argv: string[], context: CommandContext<G>): Promise<number> {
    let parsed
    try {
      parsed = parseGo(argv, { flags: {}, args: {} }, { env: {}, interspersed: false })
    } catch (err) {
      return this.#grammar(err, 'Incorrect Usage. ', () => groupHelp(path, group))
    }
    const [name, ...rest] = parsed.argv
    if (name === undefined) return this.#help(groupHelp(path, group), 0)
    const node = find(group.commands, name)
    if (node === undefined) return isHelp(name) ? this.#topic(group, path, group.commands, rest) : this.#noTopic(name)
    await group.before?.(context)
    return this.#node(node, path, rest, context)
  }

  async #leaf(leaf: Leaf<G>, path: string, argv: string[], context: CommandContext<G>): Promise<number> {
    const Command = await leaf.load()
    try {
      return (await new Command(argv, context).run()) ?? 0
    } catch (err) {
      return this.#grammar(err, 'Incorrect Usage: ', async () => commandHelp(path, Command))
    }
  }

  /** `help`, `help pin`, `help pin add`. */
  async #topic(
    group: Group<G> | undefined,
    path: string,
    nodes: readonly CommandNode<G>[],
    names: string[]
  ): Promise<number> {
    const [name, ...rest] = names
    if (name === undefined)
      return this.#help(group === undefined ? programHelp(this.#program) : groupHelp(path, group), 0)
    const node = find(nodes, name)
    if (node === undefined) return this.#noTopic(name)
    const below = `${path} ${node.name}`
    if (isGroup(node)) return this.#topic(node, below, node.commands, rest)
    return this.#help(
      node.load().then((command) => commandHelp(below, command)),
      0
    )
  }

  /** Answers a wrong command line or a request for help; anything else is not ours. */
  async #grammar(err: unknown, heading: string, help: () => Promise<string>): Promise<number> {
    if (err instanceof HelpRequest) return this.#help(help(), 0)
    if (!(err instanceof UsageError)) throw err
    const bare = err.twoForms && heading.endsWith('. ')
    this.#io.stdout.write(bare ? `${err.message}\n` : `${heading}${err.message}\n\n`)
    return this.#help(help(), this.#program.exits.usage)
  }

  async #help(text: Promise<string>, status: number): Promise<number> {
    this.#io.stdout.write(await text)
    return status
  }

  #noTopic(name: string): number {
    this.#io.stderr.write(`No help topic for '${name}'\n`)
    return NO_TOPIC
  }
}

function find<G extends FlagMap>(nodes: readonly CommandNode<G>[], name: string): CommandNode<G> | undefined {
  return nodes.find((node) => node.name === name || node.hiddenAliases?.includes(name) === true)
}

function isHelp(name: string): boolean {
  return name === 'help' || name === 'h'
}
