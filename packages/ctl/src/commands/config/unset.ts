import { arg, GoCommand } from '@ipfs-cluster/cli-kit'
import type { Globals } from '../../globals.ts'

export class ConfigUnsetCommand extends GoCommand<Globals> {
  static override summary = 'Forget what was set for an option'
  static override usage = '<option>'
  static override args = { option: arg({ required: true, description: 'name of the option' }) }

  async run(): Promise<void> {
    const { args } = this.parse(ConfigUnsetCommand)
    const { useUserConfig, optionName } = await import('../../user-config.ts')
    const name = optionName(args.option ?? '')
    useUserConfig(this.context, (config) => config.delete(name))
  }
}
