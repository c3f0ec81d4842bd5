import { string } from '@ipfs-cluster/cli-kit'
import { exportState } from '@ipfs-cluster/core/state'
import { messageOf } from '@ipfs-cluster/core/util'
import { during } from '@ipfs-cluster/daemon'
import { openOutput } from '../../output.ts'
import { StateCommand } from '../../state/state-command.ts'

export class StateExport extends StateCommand {
  static override summary = 'save the state to a JSON file'
  static override flags = {
    file: string({ char: 'f', summary: 'writes to an output file' })
  }
  static override description = `
Writes the pinset of this peer to standard output or to a file, as one JSON
object a line. The file can be imported by this or another peer, also by one of
the Go release: to move a peer, to restore it, as a backup.

The peer must not run. A running peer gives the same file over its REST API:
GET /state/export.
`

  async run(): Promise<void> {
    const { flags } = this.parse(StateExport)
    await this.whileLocked(async () => {
      const loaded = await this.load()
      await using output = await during('creating output file', () => openOutput(flags.file, this.context.stdout))
      const log = this.logger.forComponent('state')
      await this.withPinset('exporting state', loaded, async ({ state }) => {
        const onUnreadable = (key: string, cause: unknown): void =>
          log.error(`left out the unreadable pin under ${key}: ${messageOf(cause)}`)
        await output.write(exportState(state, { onUnreadable }))
      })
      this.info('state successfully exported')
    })
  }
}
