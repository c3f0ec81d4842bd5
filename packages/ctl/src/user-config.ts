import Conf from 'conf'
import { ExitError, parseGo, UsageError } from '@ipfs-cluster/cli-kit'
import type { CommandContext } from '@ipfs-cluster/cli-kit'
import { globals } from './globals.ts'
import type { Globals } from './globals.ts'
import { readSettings } from './session.ts'
import { defaultsFolder, FILE_NAME } from './user-defaults.ts'

/** Options that show who somebody is. */
export const SECRETS: readonly string[] = ['basic-auth', 'secret']

/** The user's own defaults, to be changed. Nobody else may read the file: it may hold credentials. */
export function openUserConfig(context: CommandContext<Globals>): Conf<Record<string, string>> {
  const cwd = defaultsFolder(context)
  if (cwd === undefined)
    throw new ExitError('error : there is no place for it: neither XDG_CONFIG_HOME nor HOME is set')
  return new Conf<Record<string, string>>({
    cwd,
    configName: FILE_NAME,
    configFileMode: 0o600,
    accessPropertiesByDotNotation: false
  })
}

/**
 * The first name of an option, given any of its names.
 *
 * @throws ExitError for what is no option that stands before the command
 */
export function optionName(word: string): keyof Globals {
  for (const [key, { char, aliases }] of Object.entries(globals)) {
    if (key === word || char === word || aliases?.includes(word) === true) return key as keyof Globals
  }
  throw new ExitError(
    `error : there is no option ${JSON.stringify(word)}: there are ${Object.keys(globals).join(', ')}`
  )
}

/**
 * Sees whether a value would do.
 *
 * @throws ExitError for a value with which no command would run
 */
export function checkValue(context: CommandContext<Globals>, name: string, value: string): void {
  try {
    const { flags } = parseGo([`--${name}=${value}`], { flags: globals, args: {} }, { env: {}, interspersed: false })
    readSettings({ ...context, globals: flags })
  } catch (error) {
    if (error instanceof UsageError) throw new ExitError(`error : ${error.message}`, 1, { cause: error })
    throw error
  }
}
