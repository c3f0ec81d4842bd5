import { arg, bool, duration } from '@ipfs-cluster/cli-kit'
import { CtlCommand } from '../../command.ts'
import { markPrinter } from '../../output/operator.ts'
import { readPeerId } from '../../parse.ts'

export class PeersMaintenanceCommand extends CtlCommand {
  static override summary = 'Let a peer be away without its pins being placed anew'
  static override description = `
Says that a peer is being worked on: while it is away nobody else takes its pins. It
ends after the time that --for gives, or with --end. Without a peer, lists the peers
that are under maintenance or drained.
`
  static override usage = '[peer ID]'
  static override flags = {
    for: duration({ summary: 'how long at most, e.g. 2h; 0s: until it is ended' }),
    end: bool({ summary: 'end it' })
  }
  static override args = { peer: arg({ description: 'ID of the peer' }) }

  async run(): Promise<number> {
    const { args, flags } = this.parse(PeersMaintenanceCommand)
    return this.ask(async (client, output) => {
      if (args.peer === undefined) return output.printAll(markPrinter, await client.peerMarks())
      const peer = readPeerId(args.peer)
      if (flags.end) return client.peerUnmark(peer)
      const options = flags.for > 0 ? { for: flags.for } : {}
      output.print(markPrinter, await client.peerMaintenance(peer, options))
    })
  }
}
