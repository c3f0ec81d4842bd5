import { bool } from '@ipfs-cluster/cli-kit'
import { OWN_PREFIX } from '@ipfs-cluster/core/datastore'
import { Prompt } from '../../prompt.ts'
import { StateCommand } from '../../state/state-command.ts'

const QUESTION = 'The peer state will be removed.  Existing pins may be lost. Continue? [y/n]:'

export class StateCleanup extends StateCommand {
  static override summary = 'remove persistent data'
  static override flags = { force: bool({ char: 'f', summary: 'skip confirmation prompt' }) }
  static override description = `
Removes the pinset of this peer and all else that it has stored of the cluster.
Its configuration, its identity and the addresses of other peers stay: when it
starts again it fetches the pinset from them.
`

  async run(): Promise<void> {
    const { flags } = this.parse(StateCleanup)
    using prompt = new Prompt(this.context)
    await this.whileLocked(async () => {
      if (!(await this.mayGoOn(QUESTION, flags.force, prompt))) return
      await this.withState('cleaning state', await this.load(), async ({ consensus, datastore }) => {
        await consensus.clean()
        await datastore.deleteRange({ prefix: `${OWN_PREFIX}/` })
      })
      this.info('data correctly cleaned up')
    })
  }
}
