import { CtlCommand } from '../../command.ts'
import { idPrinter } from '../../output/id.ts'

export class PeersLsCommand extends CtlCommand {
  static override summary = 'List the peers of the cluster'
  static override description = 'Shows the ID, the addresses and the IPFS node of every peer of the cluster.'

  async run(): Promise<number> {
    this.parse(PeersLsCommand)
    return this.ask((client, output) => output.printEach(idPrinter, client.peers()))
  }
}
