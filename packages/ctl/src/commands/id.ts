import { CtlCommand } from '../command.ts'
import { idPrinter } from '../output/id.ts'

export class IdCommand extends CtlCommand {
  static override summary = 'Show who the peer is'
  static override description = 'Shows the ID, the addresses and the IPFS node of the peer that is contacted.'

  async run(): Promise<number> {
    this.parse(IdCommand)
    return this.ask(async (client, output) => output.print(idPrinter, await client.id()))
  }
}
