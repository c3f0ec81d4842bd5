import { parseStatusFilter, STATUS_FILTER_WORDS } from '@ipfs-cluster/api'
import type { StatusFilter } from '@ipfs-cluster/api'
import { bool, ExitError, string } from '@ipfs-cluster/cli-kit'
import { CtlCommand } from '../command.ts'
import { localFlag } from '../flags.ts'
import { statusPrinter } from '../output/status.ts'
import { readCid } from '../parse.ts'

const flags = {
  local: localFlag,
  filter: string({ summary: 'statuses, separated by commas' }),
  watch: bool({ summary: 'go on, and show each item again when its state changes' }),
  why: bool({ summary: 'tell what each peer waits for, and why the CID is where it is' })
}

export class StatusCommand extends CtlCommand {
  static override summary = 'Show how the items of the pinset fare'
  static override description = `
Shows for each item of the pinset, or for the given CIDs, what every peer is doing
about it and what went wrong. With --local only the contacted peer is asked.

With --filter only items that have one of the given statuses on some peer are
shown, and of each only those peers. It counts when no CIDs are given. Statuses:

${[...STATUS_FILTER_WORDS]
  .sort()
  .map((word) => `  - ${word}`)
  .join('\n')}
`
  static override usage = '[CID1] [CID2]...'
  static override flags = flags

  async run(): Promise<number> {
    const { argv, flags } = this.parse(StatusCommand)
    const { local, why } = flags
    return this.ask(async (client, output) => {
      const cids = argv.map((word) => readCid(word, 'parsing cid'))
      const [first] = cids
      if (why && (first === undefined || cids.length > 1)) throw new ExitError('error : --why needs one CID')
      if (flags.watch) {
        const { watchAll, watchItems } = await import('../watch.ts')
        const filter = readFilter(flags.filter)
        const infos = first === undefined ? watchAll(client, filter, { local }) : watchItems(client, cids, { local })
        await output.printLive(statusPrinter, infos)
      } else if (first === undefined) {
        await output.printEach(statusPrinter, client.statusAll(readFilter(flags.filter), { local }))
      } else if (why) {
        const { explainPrinter } = await import('../output/explain.ts')
        output.print(explainPrinter(), await client.explain(first))
      } else if (cids.length === 1) {
        output.print(statusPrinter, await client.status(first, { local }))
      } else {
        await output.printEach(statusPrinter, client.statusOf(cids, { local }))
      }
    })
  }
}

function readFilter(text: string): StatusFilter {
  try {
    return parseStatusFilter(text)
  } catch {
    throw new ExitError('error parsing filter flag: invalid filter name')
  }
}
