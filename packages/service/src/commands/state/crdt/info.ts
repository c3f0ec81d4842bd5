import { StateCommand } from '../../../state/state-command.ts'

export class CrdtInfo extends StateCommand {
  static override summary = 'Print information about the CRDT store'
  static override description = `
Prints the heads of the DAG of changes, its height, and whether something below
the heads may be missing.
`

  async run(): Promise<void> {
    this.parse(CrdtInfo)
    await this.whileLocked(async () => {
      await this.withPinset('reading state', await this.load(), async ({ heads, maxHeight, isDirty }) => {
        const counts = `Number of heads: ${heads.length}. Current max-height: ${maxHeight}. Dirty: ${isDirty}`
        this.context.stdout.write(`${counts}\nHeads: [${heads.join(' ')}]`)
      })
    })
  }
}
