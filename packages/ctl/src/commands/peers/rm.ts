import { arg } from '@ipfs-cluster/cli-kit'
import { CtlCommand } from '../../command.ts'
import { readPeerId } from '../../parse.ts'

export class PeersRmCommand extends CtlCommand {
  static override summary = 'Remove a peer from the cluster'
  static override description = `
Removes a peer from the cluster. A peer that is online shuts itself down then. The
other peers should be online, or they keep the removed one in their lists.
`
  static override usage = '<peer ID>'
  static override args = { peer: arg({ required: true, description: 'ID of the peer' }) }

  async run(): Promise<number> {
    const { args } = this.parse(PeersRmCommand)
    return this.ask(async (client) => client.peerRemove(readPeerId(args.peer ?? '')))
  }
}
