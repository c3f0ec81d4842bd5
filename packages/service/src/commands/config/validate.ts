import { loadPeerConfig } from '@ipfs-cluster/core/config'
import { during } from '@ipfs-cluster/daemon'
import { ServiceCommand } from '../../command.ts'

export class ConfigValidate extends ServiceCommand {
  static override summary = 'Checks the configuration of a peer'
  static override description = `
Reads service.json, identity.json and the environment as the daemon does. A fault
is reported with file, line, key, what stands there and what may, and the exit
status is 1. What a daemon accepts and nobody can have meant, such as a key
without a meaning or one that stands twice, is a warning; the exit status is 0.
`

  async run(): Promise<void> {
    this.parse(ConfigValidate)
    const { notices, document } = await during('loading configurations', () =>
      loadPeerConfig(this.folder, this.context.env)
    )
    for (const notice of notices) this.context.stdout.write(`warning: ${notice}\n`)
    this.context.stdout.write(`${document.name} is valid\n`)
  }
}
