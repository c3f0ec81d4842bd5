import { arg, bool, ExitError } from '@ipfs-cluster/cli-kit'
import { CtlCommand } from '../../command.ts'
import { drainPrinter } from '../../output/operator.ts'
import { readPeerId } from '../../parse.ts'
import { waitForDrain } from '../../wait.ts'

export class PeersDrainCommand extends CtlCommand {
  static override summary = 'Have the pins of a peer go elsewhere'
  static override description = `
Has every pin of the peer placed on other ones. The peer keeps its copy of a pin until
another peer has the content. When none is left the peer can be taken away.

Prints what is left. --status does so of a drain that has begun, --wait waits until
nothing is left, and --stop ends the drain where it is.
`
  static override usage = '<peer ID>'
  static override flags = {
    'to-minimum': bool({ summary: 'where peers are missing, leave pins with their minimum of copies' }),
    status: bool({ summary: 'only show what is left' }),
    stop: bool({ summary: 'end the drain where it is' }),
    wait: bool({ char: 'w', summary: 'wait until nothing is left' })
  }
  static override args = { peer: arg({ required: true, description: 'ID of the peer' }) }

  async run(): Promise<number> {
    const { args, flags } = this.parse(PeersDrainCommand)
    return this.ask(async (client, output) => {
      const peer = readPeerId(args.peer ?? '')
      if (flags.stop && (flags.status || flags.wait)) throw new ExitError('error : --stop goes with nothing else')
      if (flags.stop) return client.peerUnmark(peer)
      if (!flags.status) await client.peerDrain(peer, { toMinimum: flags['to-minimum'] })
      output.print(drainPrinter, flags.wait ? await waitForDrain(client, peer) : await client.peerDrainProgress(peer))
    })
  }
}
