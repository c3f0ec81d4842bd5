import { arg, ExitError, GoCommand } from '@ipfs-cluster/cli-kit'
import type { Globals } from '../../globals.ts'

export class ConfigSetCommand extends GoCommand<Globals> {
  static override summary = 'Set what an option is when it is not given'
  static override description = `
Keeps a value for an option that stands before the command, such as host, timeout or
basic-auth, in a file of the user that nobody else may read. What the command line or
the environment says comes first.
`
  static override usage = '<option> <value>'
  static override args = {
    option: arg({ required: true, description: 'name of the option' }),
    value: arg({ required: true, description: 'what it is to be' })
  }

  async run(): Promise<void> {
    const { args } = this.parse(ConfigSetCommand)
    const { option, value } = args
    if (option === undefined || value === undefined) throw new ExitError('error : need an option and its value')
    const { checkValue, useUserConfig, optionName } = await import('../../user-config.ts')
    const name = optionName(option)
    checkValue(this.context, name, value)
    useUserConfig(this.context, (config) => config.set(name, value))
  }
}
