import { CtlCommand } from '../../command.ts'
import { bandwidthPrinter } from '../../output/health.ts'

export class HealthBandwidthCommand extends CtlCommand {
  static override summary = 'Show the traffic of the peer by protocol'
  static override description = 'Shows for each libp2p protocol how much the peer sent and received, and how fast.'

  async run(): Promise<number> {
    this.parse(HealthBandwidthCommand)
    return this.ask(async (client, output) => output.print(bandwidthPrinter, await client.bandwidth()))
  }
}
