import { CtlCommand } from '../../command.ts'
import { alertPrinter } from '../../output/health.ts'

export class HealthAlertsCommand extends CtlCommand {
  static override summary = 'List the alerts that the peer has seen'
  static override description = `
Lists the metrics of peers that expired without a new value. An alert about "ping"
means that a peer is gone, and may have its pins allocated anew, if so configured.
`

  async run(): Promise<number> {
    this.parse(HealthAlertsCommand)
    return this.ask(async (client, output) => output.printAll(alertPrinter(), await client.alerts()))
  }
}
