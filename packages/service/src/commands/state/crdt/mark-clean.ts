import { StateCommand } from '../../../state/state-command.ts'

export class CrdtMarkClean extends StateCommand {
  static override summary = 'Marks the CRDT-store as clean'
  static override description = `
Takes away the mark that something may be missing: when the peer next starts it
does not look over what is stored.
`

  async run(): Promise<void> {
    this.parse(CrdtMarkClean)
    await this.whileLocked(async () => {
      await this.withPinset('marking state', await this.load(), (consensus) => consensus.mark(false))
      this.context.stdout.write("Datastore marked 'clean'\n")
    })
  }
}
