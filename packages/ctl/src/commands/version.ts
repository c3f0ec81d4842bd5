import { CtlCommand } from '../command.ts'
import { versionPrinter } from '../output/id.ts'

export class VersionCommand extends CtlCommand {
  static override summary = 'Show the version of the peer'
  static override description = 'Shows the version of the peer that is contacted. That of this program is shown by -v.'

  async run(): Promise<number> {
    this.parse(VersionCommand)
    return this.ask(async (client, output) => output.print(versionPrinter, await client.version()))
  }
}
