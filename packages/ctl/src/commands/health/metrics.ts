import { arg } from '@ipfs-cluster/cli-kit'
import { CtlCommand } from '../../command.ts'
import { metricNamePrinter, metricPrinter } from '../../output/health.ts'

export class HealthMetricsCommand extends CtlCommand {
  static override summary = 'Show the metrics that the peer has'
  static override description = `
Shows the latest valid values of a metric, one for each peer of the cluster, or the
names of all metrics. Which there are depends on the informers that peers run: ping,
freespace, pinqueue and tag:<name> are usual.
`
  static override usage = '<metric name>'
  static override args = { name: arg({ description: 'name of a metric' }) }

  async run(): Promise<number> {
    const { args } = this.parse(HealthMetricsCommand)
    const { name } = args
    return this.ask(async (client, output) => {
      if (name !== undefined && name !== '') output.printAll(metricPrinter(), await client.metrics(name))
      else output.printAll(metricNamePrinter, await client.metricNames())
    })
  }
}
