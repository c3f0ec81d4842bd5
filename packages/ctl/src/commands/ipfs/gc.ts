import { CtlCommand } from '../../command.ts'
import { localFlag } from '../../flags.ts'
import { repoGcPrinter } from '../../output/health.ts'

export class IpfsGcCommand extends CtlCommand {
  static override summary = 'Collect garbage on the IPFS nodes'
  static override description = `
Has the IPFS nodes of all peers remove what is not pinned, and lists what they
removed. With --local only that of the contacted peer.
`
  static override flags = { local: localFlag }

  async run(): Promise<number> {
    const { flags } = this.parse(IpfsGcCommand)
    return this.ask(async (client, output) => output.print(repoGcPrinter, await client.repoGc(flags)))
  }
}
