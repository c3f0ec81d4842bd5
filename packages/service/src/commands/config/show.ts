import { bool, ExitError, string } from '@ipfs-cluster/cli-kit'
import { displayServiceConfig, formatServiceConfig, loadPeerConfig, settingsOf } from '@ipfs-cluster/core/config'
import type { PeerConfig, Setting } from '@ipfs-cluster/core/config'
import { during } from '@ipfs-cluster/daemon'
import { ServiceCommand } from '../../command.ts'
import { formatTable } from '../../table.ts'

const HIDDEN = '(hidden)'

export class ConfigShow extends ServiceCommand {
  static override summary = 'Shows the configuration that a peer would run with'
  static override flags = {
    origin: bool({
      summary: 'one line for each setting, with who says so: a line of the file, a variable, the default'
    }),
    secrets: bool({ summary: 'show secrets and passwords as well' }),
    enc: string({ default: 'text', summary: 'output of --origin: "text" or "json"' })
  }
  static override description = `
Shows what service.json, the environment and the defaults come to together, in
the form of service.json. Secrets are hidden.

With --origin it shows where each setting comes from, to find out why a peer does
not do what its file says.
`

  async run(): Promise<void> {
    const { flags } = this.parse(ConfigShow)
    if (flags.enc !== 'text' && flags.enc !== 'json') throw new ExitError('error reading --enc: it is "text" or "json"')
    const loaded = await during('loading configurations', () => loadPeerConfig(this.folder, this.context.env))
    const { stdout } = this.context
    if (!flags.origin) {
      stdout.write(`${(flags.secrets ? formatServiceConfig : displayServiceConfig)(loaded.config)}\n`)
      return
    }
    const settings = this.#settings(loaded, flags.secrets)
    stdout.write(flags.enc === 'json' ? `${JSON.stringify(settings, null, 2)}\n` : formatTable(settings.map(rowOf)))
  }

  #settings({ config, document }: PeerConfig, withSecrets: boolean): Pick<Setting, 'key' | 'value' | 'origin'>[] {
    const settings = [...settingsOf(config, { document, env: this.context.env })]
    return settings.map(({ key, value, isSecret, origin }) => ({
      key,
      value: isSecret && !withSecrets ? HIDDEN : value,
      origin
    }))
  }
}

function rowOf({ key, value, origin }: Pick<Setting, 'key' | 'value' | 'origin'>): string[] {
  return [key, value, origin]
}
