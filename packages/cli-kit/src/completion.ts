import { flagNames } from './parse.ts'
import { isGroup } from './program.ts'
import type { FlagMap } from './flags.ts'
import type { CommandNode, Program } from './program.ts'

/** Shells that a program can be completed in. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** What can stand behind a path of commands. */
interface Place {
  /** The program and the commands, with spaces between. */
  readonly path: string
  readonly commands: readonly { readonly name: string; readonly summary: string }[]
  readonly flags: readonly Option[]
}

interface Option {
  /** With their dashes. */
  readonly names: readonly string[]
  readonly takesValue: boolean
  readonly summary: string
}

/** A script that completes the commands and flags of a program; where neither fits, the shell completes files. */
export async function completionScript<G extends FlagMap>(
  program: Pick<Program<G>, 'bin' | 'globals' | 'commands'>,
  shell: Shell
): Promise<string> {
  const { bin, globals, commands } = program
  const places = await placesBelow({ path: bin, flags: globals }, commands)
  return SCRIPTS[shell](bin, places)
}

const SCRIPTS: Readonly<Record<Shell, (bin: string, places: readonly Place[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript
}

async function placesBelow<G extends FlagMap>(
  here: { path: string; flags: FlagMap },
  nodes: readonly CommandNode<G>[]
): Promise<Place[]> {
  const children = await Promise.all(nodes.map(describe))
  const shown = children.filter(({ hidden }) => !hidden)
  const commands = shown.map(({ name, summary }) => ({ name, summary }))
  const below = shown.map((child) => placesBelow({ ...child, path: `${here.path} ${child.name}` }, child.nodes))
  return [{ path: here.path, commands, flags: optionsOf(here.flags) }, ...(await Promise.all(below)).flat()]
}

interface Described<G extends FlagMap> {
  readonly name: string
  readonly summary: string
  readonly hidden: boolean
  readonly flags: FlagMap
  readonly nodes: readonly CommandNode<G>[]
}

async function describe<G extends FlagMap>(node: CommandNode<G>): Promise<Described<G>> {
  const { name } = node
  if (isGroup(node)) {
    return { name, summary: node.summary, hidden: node.hidden === true, flags: {}, nodes: node.commands }
  }
  const { summary, hidden, flags } = await node.load()
  return { name, summary, hidden, flags, nodes: [] }
}

function optionsOf(flags: FlagMap): Option[] {
  return Object.entries(flags)
    .filter(([, flag]) => flag.hidden !== true)
    .map(([key, flag]) => ({
      names: flagNames(key, flag).map((name) => (name.length === 1 ? `-${name}` : `--${name}`)),
      takesValue: flag.type === 'option',
      summary: flag.summary ?? ''
    }))
}

/** A shell function's name. */
function functionName(bin: string): string {
  return `_${bin.replaceAll('-', '_')}`
}

/** A loop over the words before the cursor that finds the path of commands; the same in bash and in zsh. */
function walk(bin: string, places: readonly Place[], word: string, last: string, start: number): string {
  const paths = places.slice(1).map(({ path }) => quote(path))
  const valued = places.flatMap(({ path, flags }) =>
    flags.filter(({ takesValue }) => takesValue).flatMap(({ names }) => names.map((name) => quote(`${path} ${name}`)))
  )
  return `  local place=${quote(bin)} i word
  for ((i = ${start}; i < ${last}; i++)); do
    word=${word}
    case "$place $word" in
      ${paths.join(' | ')}) place="$place $word" ;;
      ${valued.join(' | ')}) ((i++)) ;;
    esac
  done
  # The value of an option is for the shell to complete.
  ((i > ${last})) && return 1`
}

function bashScript(bin: string, places: readonly Place[]): string {
  const name = functionName(bin)
  const cases = places.map(({ path, commands, flags }) => {
    const words = [...commands.map((command) => command.name), ...flags.flatMap(({ names }) => names)]
    return `    ${quote(path)}) words=${quote(words.join(' '))} ;;`
  })
  return `# Completion of ${bin} for bash: source <(${bin} completion bash)
${name}() {
${walk(bin, places, '${COMP_WORDS[i]}', 'COMP_CWORD', 1)}
  local words=
  case "$place" in
${cases.join('\n')}
  esac
  # No word has a space in it, and the bash of macOS has no mapfile.
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F ${name} ${bin}
`
}

function zshScript(bin: string, places: readonly Place[]): string {
  const name = functionName(bin)
  const described = (word: string, summary: string): string => quote(`${word.replaceAll(':', '\\:')}:${summary}`)
  const cases = places.map(({ path, commands, flags }) => {
    const words = [
      ...commands.map((command) => described(command.name, command.summary)),
      ...flags.flatMap(({ names, summary }) => names.map((flag) => described(flag, summary)))
    ]
    return `    ${quote(path)}) choices=(${words.join(' ')}) ;;`
  })
  return `#compdef ${bin}
# Completion of ${bin} for zsh: source <(${bin} completion zsh)
${name}() {
${walk(bin, places, '$words[i]', 'CURRENT', 2).replace('return 1', '{ _files; return }')}
  local -a choices
  case "$place" in
${cases.join('\n')}
  esac
  _describe -t commands ${quote(bin)} choices || _files
}
compdef ${name} ${bin}
`
}

function fishScript(bin: string, places: readonly Place[]): string {
  const name = `_${functionName(bin)}_place`
  const paths = places.slice(1).map(({ path }) => quote(path))
  const lines = places.flatMap((place) => fishLines(bin, name, place))
  return `# Completion of ${bin} for fish: ${bin} completion fish | source
function ${name}
    set -l place ${quote(bin)}
    for word in (commandline -opc)[2..-1]
        switch "$place $word"
            case ${paths.join(' ')}
                set place "$place $word"
        end
    end
    echo $place
end
${lines.join('\n')}
`
}

function fishLines(bin: string, name: string, { path, commands, flags }: Place): string[] {
  const start = `complete -c ${bin} -n ${quote(`test (${name}) = "${path}"`)}`
  const names = commands.map((command) => `${start} -f -a ${command.name} -d ${quote(command.summary)}`)
  const options = flags.map((option) => {
    const forms = option.names.map((form) => (form.startsWith('--') ? `-l ${form.slice(2)}` : `-s ${form.slice(1)}`))
    return `${start} ${forms.join(' ')}${option.takesValue ? ' -r' : ''} -d ${quote(option.summary)}`
  })
  return [...names, ...options]
}

/** A word that no shell takes apart. */
function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}
