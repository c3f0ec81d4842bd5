import { ExitError, int } from '@ipfs-cluster/cli-kit'
import type { ClusterClient } from '@ipfs-cluster/client'
import { measure, measureStream } from '../bench/measure.ts'
import { benchCids } from '../bench/pins.ts'
import { measurementPrinter } from '../bench/printer.ts'
import { CtlCommand } from '../command.ts'
import type { Output } from '../output/output.ts'

const MOST_PINS = 100_000

const flags = {
  requests: int({ default: 200, summary: 'how often each small request is made' }),
  clients: int({ default: 8, summary: 'how many requests are under way at a time' }),
  pins: int({ summary: 'also make so many pins, and remove them again' })
}

export class BenchCommand extends CtlCommand {
  static override summary = 'Measure how fast the peer answers'
  static override description = `
Times small requests and the lists of the whole pinset, as this program makes them: with
a connection for each. For a list, the median is the time to its first item and the 99%
the time to its last.

Nothing is changed, unless --pins is given: then so many pins of a few bytes are made on
the cluster, named "ipfs-cluster-ctl bench", and removed again.
`
  static override flags = flags

  async run(): Promise<number> {
    const { flags } = this.parse(BenchCommand)
    const { requests, clients, pins } = flags
    if (requests < 1 || clients < 1) throw new ExitError('error : --requests and --clients must be at least 1')
    if (pins < 0 || pins > MOST_PINS) throw new ExitError(`error : --pins must be from 0 to ${MOST_PINS}`)
    return this.ask(async (client, output) => {
      output.print(measurementPrinter, await measure('version', requests, clients, () => client.version()))
      output.print(measurementPrinter, await measure('id', requests, clients, () => client.id()))
      output.print(measurementPrinter, await measureStream('pin ls', client.allocations()))
      output.print(measurementPrinter, await measureStream('status', client.statusAll(0, { local: true })))
      if (pins > 0) await measurePins(client, output, pins, clients)
    })
  }
}

/** Whatever was pinned is unpinned, also after a failure. */
async function measurePins(client: ClusterClient, output: Output, count: number, clients: number): Promise<void> {
  const cids = benchCids(count)
  const pinned: typeof cids = []
  try {
    const pinOne = async (index: number): Promise<void> => {
      const cid = cids[index]
      if (cid === undefined) return
      pinned.push(cid)
      await client.pin(cid, { name: 'ipfs-cluster-ctl bench' })
    }
    output.print(measurementPrinter, await measure('pin add', count, clients, pinOne))
  } finally {
    const unpinOne = async (index: number): Promise<unknown> => pinned[index] && client.unpin(pinned[index])
    output.print(measurementPrinter, await measure('pin rm', pinned.length, clients, unpinOne))
  }
}
