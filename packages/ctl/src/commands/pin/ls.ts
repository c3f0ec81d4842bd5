import type { PinType } from '@ipfs-cluster/api'
import { arg, string } from '@ipfs-cluster/cli-kit'
import { CtlCommand } from '../../command.ts'
import { pinPrinter } from '../../output/pin.ts'
import { readCid } from '../../parse.ts'

const TYPES: readonly PinType[] = ['pin', 'meta-pin', 'clusterdag-pin', 'shard-pin']

export class PinLsCommand extends CtlCommand {
  static override summary = 'List the items of the pinset'
  static override description = `
Lists the items of the pinset and the peers that each is allocated to, or shows one
of them. How they fare on the IPFS nodes is what "status" shows.

The types for --filter, which counts when the whole pinset is listed:
  - all (default)
  - pin (ordinary pins, recursive or direct)
  - meta-pin (pins that are split into shards)
  - clusterdag-pin (roots of the lists of shards)
  - shard-pin (the shards)
`
  static override usage = '[CID]'
  static override flags = { filter: string({ default: 'all', summary: 'types of pins, separated by commas' }) }
  static override args = { cid: arg({ description: 'CID of one item' }) }

  async run(): Promise<number> {
    const { args, flags } = this.parse(PinLsCommand)
    return this.ask(async (client, output) => {
      const { cid } = args
      if (cid !== undefined && cid !== '') {
        output.print(pinPrinter, await client.allocation(readCid(cid, 'parsing cid')))
      } else {
        await output.printEach(pinPrinter, client.allocations(this.#readTypes(flags.filter)))
      }
    })
  }

  /** Unknown words select nothing; a peer takes a filter that is left empty for all. */
  #readTypes(filter: string): PinType[] {
    const words = filter.split(',')
    if (words.some((word) => word === 'all' || word === '')) return ['all']
    const unknown = words.filter((word) => !(TYPES as readonly string[]).includes(word))
    if (unknown.length > 0) this.context.stderr.write(`warning: no pins are of type ${unknown.join(', ')}\n`)
    const types = TYPES.filter((type) => words.includes(type))
    return types.length === TYPES.length ? ['all'] : types
  }
}
