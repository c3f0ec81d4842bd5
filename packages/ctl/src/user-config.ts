import { join } from 'node:path'
import Conf from 'conf'
import { ExitError, parseGo, UsageError } from '@ipfs-cluster/cli-kit'
import type { CommandContext } from '@ipfs-cluster/cli-kit'
import { globals } from './globals.ts'
import type { Globals } from './globals.ts'
import { readSettings } from './session.ts'
import { explainSystemError } from './system-error.ts'
import { defaultsFolder, FILE_NAME } from './user-defaults.ts'

/** Options that show who somebody is. */
export const SECRETS: readonly string[] = ['basic-auth', 'secret']

/**
 * Reads or changes the user's own defaults. Nobody else may read the file: it may hold credentials.
 *
 * @throws ExitError when there is no place for the file, or it cannot be read or written
 */
export function useUserConfig<T>(
  context: CommandContext<Globals>,
  use: (config: Conf<Record<string, string>>) => T
): T {
  const cwd = defaultsFolder(context)
  if (cwd === undefined)
    throw new ExitError('error : there is no place for it: neither XDG_CONFIG_HOME nor HOME is set')
  try {
    const options = { cwd, configName: FILE_NAME, configFileMode: 0o600, accessPropertiesByDotNotation: false }
    return use(new Conf<Record<string, string>>(options))
  } catch (error) {
    if (error instanceof ExitError || (error as NodeJS.ErrnoException).code === undefined) throw error
    throw ExitError.during('', explainSystemError(error, 'open', join(cwd, `${FILE_NAME}.json`)))
  }
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
