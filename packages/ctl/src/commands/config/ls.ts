import { bool, GoCommand } from '@ipfs-cluster/cli-kit'
import type { Globals } from '../../globals.ts'

export class ConfigLsCommand extends GoCommand<Globals> {
  static override summary = 'List what was set'
  static override description = `
Lists the options that were set with "config set", one a line. Credentials are not
shown, unless --secrets asks for them.
`
  static override flags = { secrets: bool({ summary: 'show credentials' }) }

  async run(): Promise<void> {
    const { flags } = this.parse(ConfigLsCommand)
    const { useUserConfig, SECRETS } = await import('../../user-config.ts')
    for (const [name, value] of Object.entries(useUserConfig(this.context, ({ store }) => store))) {
      const shown = SECRETS.includes(name) && !flags.secrets ? '<hidden>' : value
      this.context.stdout.write(`${name}=${shown}\n`)
    }
  }
}
