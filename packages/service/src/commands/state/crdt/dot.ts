import { string } from '@ipfs-cluster/cli-kit'
import { during } from '@ipfs-cluster/daemon'
import { openOutput } from '../../../output.ts'
import { dotGraph } from '../../../state/dot.ts'
import { StateCommand } from '../../../state/state-command.ts'

export class CrdtDot extends StateCommand {
  static override summary = 'Write the CRDT-DAG as DOT file'
  static override flags = { file: string({ char: 'f', summary: 'writes to file instead of stdout' }) }
  static override description = `
Writes the DAG of changes in the DOT language, which Graphviz draws: each change
with its height and how many pins it added and removed, and what it was made
upon. To see how many branches there are. A large DAG makes a large file.
`

  async run(): Promise<void> {
    const { flags } = this.parse(CrdtDot)
    await this.whileLocked(async () => {
      const loaded = await this.load()
      await using output = await during('creating output file', () => openOutput(flags.file, this.context.stdout))
      await this.withPinset('generating graph', loaded, (consensus) =>
        output.write(dotGraph(consensus.heads, consensus.changes()))
      )
    })
  }
}
