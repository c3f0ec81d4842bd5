import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../lib/project.ts'

/** More would be slow on one machine, and show nothing new. */
export const MAX_PEERS = 9

const USAGE = `Usage: npm start -- [--peers N] [--once] [--folder DIR] [--free-ports] [PATH]

  PATH          file or folder to add (default: the project's docs)
  --peers N     how many peers, 1 to ${MAX_PEERS} (default: 3)
  --once        add, copy, read back and exit
  --folder DIR  where the peers live (default: .quickstart in the project)
  --free-ports  listen on free ports instead of the default ones
`

/** What the user asked for. */
export interface Options {
  path: string
  peers: number
  once: boolean
  folder: string
  freePorts: boolean
}

/**
 * @returns the text to show when help was asked for
 * @throws Error in the words for the user
 */
export function readOptions(args: readonly string[]): Options | string {
  const from = startedIn()
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        peers: { type: 'string', default: '3' },
        once: { type: 'boolean', default: false },
        folder: { type: 'string' },
        'free-ports': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false }
      }
    })
    if (values.help) return USAGE
    if (positionals.length > 1) throw new Error('give one path; a folder is added with all that is in it')
    return {
      path: positionals[0] === undefined ? join(root, 'docs') : resolve(from, positionals[0]),
      peers: readCount(values.peers),
      once: values.once,
      folder: values.folder === undefined ? join(root, '.quickstart') : resolve(from, values.folder),
      freePorts: values['free-ports']
    }
  } catch (err) {
    throw new Error(`${err instanceof Error ? err.message : String(err)}\n\n${USAGE}`, { cause: err })
  }
}

/** A path as the user would type it from where they are. */
export function shown(path: string): string {
  const short = relative(startedIn(), path)
  return short.startsWith('..') ? path : short
}

function readCount(text: string): number {
  const count = Number(text)
  if (/^\d+$/.test(text) && count >= 1 && count <= MAX_PEERS) return count
  throw new Error(`--peers takes a number from 1 to ${MAX_PEERS}, not ${JSON.stringify(text)}`)
}

/** npm runs scripts in the folder of the project, and says where the user was. */
function startedIn(): string {
  return process.env.INIT_CWD ?? process.cwd()
}
