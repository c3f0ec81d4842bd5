import { open } from 'node:fs/promises'
import { parsePeerId } from '@ipfs-cluster/api'
import { arg, bool, int, string } from '@ipfs-cluster/cli-kit'
import { fileFailure } from '@ipfs-cluster/core/config'
import { importState } from '@ipfs-cluster/core/state'
import { during } from '@ipfs-cluster/daemon'
import { Prompt } from '../../prompt.ts'
import { StateCommand } from '../../state/state-command.ts'
import type { StoppedPeer } from '../../state/stopped-peer.ts'

const QUESTION = 'The pinset (state) of this peer will be replaced. Continue? [y/n]:'

export class StateImport extends StateCommand {
  static override summary = "load the state from a file produced by 'export'"
  static override usage = '[file]'
  static override args = { file: arg({ description: 'the file; standard input when it is not given' }) }
  static override flags = {
    force: bool({ char: 'f', summary: 'skips confirmation prompt' }),
    'replication-min': int({ aliases: ['rmin'], summary: 'Overwrite replication-factor-min for all pins on import' }),
    'replication-max': int({ aliases: ['rmax'], summary: 'Overwrite replication-factor-max for all pins on import' }),
    allocations: string({
      aliases: ['allocs'],
      summary: 'Overwrite allocations for all pins on import. Comma-separated list of peer IDs'
    })
  }
  static override description = `
Replaces the pinset of this peer by that of an exported file. All of the file is
read and checked before anything changes: a mistake in it is reported with its
line, and the pinset stays as it is.

The peer must not run. Other peers of the cluster are not told now; when this
one runs again it merges its pinset with theirs.
`

  async run(): Promise<void> {
    const { args, flags } = this.parse(StateImport)
    using prompt = new Prompt(this.context)
    await this.whileLocked(async () => {
      if (!(await this.mayGoOn(QUESTION, flags.force, prompt))) return
      const loaded = await this.load()
      const text = await this.#open(args.file ?? '', prompt)
      const options = {
        replicationFactorMin: flags['replication-min'],
        replicationFactorMax: flags['replication-max'],
        allocations: peersIn(flags.allocations)
      }
      const work = async ({ consensus }: StoppedPeer): Promise<void> => {
        const count = await importState(text, consensus, options)
        this.logger.forComponent('state').info(`the file has ${count} pins`)
      }
      await this.withState('importing state', loaded, work, { mayLeaveData: true, willWriteMuch: true })
      this.info('state successfully imported.  Make sure all peers have consistent states')
    })
  }

  async #open(path: string, prompt: Prompt): Promise<AsyncIterable<string>> {
    if (path === '') {
      this.context.stdout.write('reading from stdin, Ctrl-D to finish\n')
      return prompt.rest()
    }
    try {
      const file = await open(path)
      return file.createReadStream({ encoding: 'utf8' }) as AsyncIterable<string>
    } catch (err) {
      return during('reading import file', () => {
        throw new Error(fileFailure('open', path, err), { cause: err })
      })
    }
  }
}

/** As in the Go release, what is no peer ID is dropped. */
function peersIn(list: string): string[] {
  return list.split(',').flatMap((item) => {
    try {
      return parsePeerId(item)
    } catch {
      return []
    }
  })
}
