import { bool, ExitError } from '@ipfs-cluster/cli-kit'
import { CtlCommand } from '../command.ts'
import { planPrinter, rebalancePrinter } from '../output/operator.ts'

const flags = {
  plan: bool({ summary: 'show which pins would go where; nothing is changed' }),
  apply: bool({ summary: 'find the moves, and carry them out in the background' }),
  stop: bool({ summary: 'begin no more moves' })
}

export class RebalanceCommand extends CtlCommand {
  static override summary = 'Make the peers equally full'
  static override description = `
Moves pins from peers that are full to peers that have room. A peer gives up its copy
only when another one has the content. --plan shows the moves, --apply carries them
out, --stop ends that. Without any of them, shows how far it is.
`
  static override flags = flags

  async run(): Promise<number> {
    const { flags } = this.parse(RebalanceCommand)
    if (Object.values(flags).filter((isGiven) => isGiven).length > 1) {
      throw new ExitError('error : give one of --plan, --apply and --stop')
    }
    return this.ask(async (client, output) => {
      if (flags.plan) return output.print(planPrinter, await client.rebalancePlan())
      if (flags.apply) return output.print(rebalancePrinter, await client.rebalance())
      if (flags.stop) return output.print(rebalancePrinter, await client.rebalanceStop())
      output.print(rebalancePrinter, await client.rebalanceProgress())
    })
  }
}
