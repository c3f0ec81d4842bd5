import { StateCommand } from '../../../state/state-command.ts'

export class CrdtMarkDirty extends StateCommand {
  static override summary = 'Marks the CRDT-store as dirty'
  static override description = `
Sets the mark that something may be missing: when the peer next starts it looks
over everything that is stored, and fetches what is not there.
`

  async run(): Promise<void> {
    this.parse(CrdtMarkDirty)
    await this.whileLocked(async () => {
      await this.withPinset('marking state', await this.load(), (consensus) => consensus.mark(true))
      this.context.stdout.write("Datastore marked 'dirty'\n")
    })
  }
}
