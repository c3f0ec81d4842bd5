import { arg, ExitError, GoCommand } from '@ipfs-cluster/cli-kit'
import type { Globals } from '../../globals.ts'

export class ConfigGetCommand extends GoCommand<Globals> {
  static override summary = 'Show what was set for an option'
  static override usage = '<option>'
  static override args = { option: arg({ required: true, description: 'name of the option' }) }

  async run(): Promise<void> {
    const { args } = this.parse(ConfigGetCommand)
    const { useUserConfig, optionName } = await import('../../user-config.ts')
    const name = optionName(args.option ?? '')
    const value = useUserConfig(this.context, (config) => config.get(name))
    if (value === undefined) throw new ExitError(`error : nothing was set for ${name}`)
    this.context.stdout.write(`${value}\n`)
  }
}
