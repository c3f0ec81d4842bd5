import { string } from '@ipfs-cluster/cli-kit'
import { CtlCommand } from '../../command.ts'
import { writeWhole } from '../../write-file.ts'

export class StateExportCommand extends CtlCommand {
  static override summary = 'Save the pinset of a running peer'
  static override description = `
Writes the pinset to standard output or to a file, one pin a line in JSON: the same as
"ipfs-cluster-service state export" of a peer that is stopped. It is what the peer had
at one moment. A file is there only when it is whole.
`
  static override flags = { file: string({ char: 'f', summary: 'write to this file' }) }

  async run(): Promise<number> {
    const { flags } = this.parse(StateExportCommand)
    return this.ask(async (client, output) => {
      if (flags.file !== '') return writeWhole(flags.file, client.stateExport())
      const decoder = new TextDecoder()
      for await (const bytes of client.stateExport()) output.raw(decoder.decode(bytes, { stream: true }))
      output.raw(decoder.decode())
    })
  }
}
