import { arg } from '@ipfs-cluster/cli-kit'
import { CtlCommand } from '../command.ts'
import { localFlag } from '../flags.ts'
import { statusPrinter } from '../output/status.ts'
import { readCid } from '../parse.ts'

export class RecoverCommand extends CtlCommand {
  static override summary = 'Try again what failed'
  static override description = `
Has the peers try again to pin or unpin what failed: one CID, or all that failed.
Prints how the items fare then. With --local only the contacted peer tries again.
`
  static override usage = '[CID]'
  static override flags = { local: localFlag }
  static override args = { cid: arg({ description: 'CID of one item' }) }

  async run(): Promise<number> {
    const { args, flags } = this.parse(RecoverCommand)
    const { cid } = args
    return this.ask(async (client, output) => {
      if (cid !== undefined && cid !== '') {
        output.print(statusPrinter, await client.recover(readCid(cid, 'parsing cid'), flags))
      } else {
        await output.printEach(statusPrinter, client.recoverAll(flags))
      }
    })
  }
}
