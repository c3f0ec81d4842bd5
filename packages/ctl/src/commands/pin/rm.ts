import { arg } from '@ipfs-cluster/cli-kit'
import { showOutcome } from '../../afterwards.ts'
import { CtlCommand } from '../../command.ts'
import { afterwardsFlags } from '../../flags.ts'
import { LiveLine } from '../../output/live-line.ts'
import { readPath } from '../../parse.ts'

export class PinRmCommand extends CtlCommand {
  static override summary = 'Unpin an item from the cluster'
  static override description = `
Takes a CID, or what a path leads to, out of the pinset of the cluster. The peers
that hold it unpin it on their IPFS nodes, which may take them a while, or fail.

Prints how the item fares on each peer. --no-status prints the removed pin at once.
`
  static override usage = '<CID|Path>'
  static override flags = afterwardsFlags
  static override args = { path: arg({ required: true, description: 'CID or path, e.g. /ipns/example.org' }) }

  async run(): Promise<number> {
    const { args, flags, given } = this.parse(PinRmCommand)
    return this.ask(async (client, output) => {
      const pin = await client.unpinPath(readPath(args.path ?? ''))
      await showOutcome(client, output, pin, {
        flags,
        given,
        target: 'unpinned',
        line: new LiveLine(this.context.stderr)
      })
    })
  }
}
