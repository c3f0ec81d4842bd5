import { GoCommand } from '@ipfs-cluster/cli-kit'
import type { ClusterClient } from '@ipfs-cluster/client'
import type { Globals } from './globals.ts'
import { reportFailure } from './output/failure.ts'
import { openOutput } from './output/output.ts'
import type { Output } from './output/output.ts'
import { openClient, readSettings } from './session.ts'

/** A command that asks a peer something. */
export abstract class CtlCommand extends GoCommand<Globals> {
  /**
   * Does the work with a client of the peer and the output that the user asked for. A failed request is printed, after
   * whatever was printed before it, and becomes the exit status.
   *
   * @param work - may resolve to an exit status of its own
   */
  protected async ask(work: (client: ClusterClient, output: Output) => Promise<number | void>): Promise<number> {
    const settings = readSettings(this.context)
    const { stdout, stderr } = this.context
    const output = await openOutput(this.context, settings.encoding)
    try {
      const status = await work(await openClient(settings, this.context), output)
      output.end()
      return status ?? 0
    } catch (error) {
      output.end()
      const report = reportFailure(error, settings.encoding)
      if (report === undefined) throw error
      if (report.stdout !== '') stdout.write(report.stdout)
      if (report.stderr !== '') stderr.write(report.stderr)
      return report.status
    }
  }
}
