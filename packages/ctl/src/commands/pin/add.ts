import { defaultPinOptions, parsePinMode } from '@ipfs-cluster/api'
import type { PeerId, PinOptions } from '@ipfs-cluster/api'
import { arg, ExitError, int, string } from '@ipfs-cluster/cli-kit'
import type { FlagValues } from '@ipfs-cluster/cli-kit'
import { showOutcome } from '../../afterwards.ts'
import { CtlCommand } from '../../command.ts'
import {
  afterwardsFlags,
  allocationsFlag,
  expireInFlag,
  metadataFlag,
  nameFlag,
  replicationMaxFlag,
  replicationMinFlag
} from '../../flags.ts'
import { LiveLine } from '../../output/live-line.ts'
import { readExpiry, readMetadata, readPath, splitPeers } from '../../parse.ts'

const flags = {
  replication: int({ char: 'r', summary: 'number of copies, in place of both of the next two' }),
  'replication-min': replicationMinFlag,
  'replication-max': replicationMaxFlag,
  allocations: allocationsFlag,
  name: nameFlag,
  mode: string({
    default: 'recursive',
    summary: 'what is kept: recursive (all that is below) or direct (the root alone)'
  }),
  'expire-in': expireInFlag,
  metadata: metadataFlag,
  file: string({ char: 'f', summary: 'pin the CIDs of this file, one a line; - for standard input' }),
  ...afterwardsFlags
}

type Values = FlagValues<typeof flags>

export class PinAddCommand extends CtlCommand {
  static override summary = 'Pin an item in the cluster'
  static override description = `
Makes a CID, or what a path leads to, part of the pinset of the cluster. The peers
that it is allocated to pin it on their IPFS nodes, and again whenever that fails.

Prints how the pin fares on each peer. --no-status prints the pin itself at once.

How many copies there are to be is said by the replication factors: -1 stands for
every peer, 0 for what the cluster is configured to do. Peers that are named by
--allocations come before those that the cluster would choose.

Many CIDs are best given in a file, one a line, with --file: they are sent in one
request, and the pins are printed as they are made. "pin add -" reads standard input.
`
  static override usage = '<CID|Path>'
  static override flags = flags
  static override args = { path: arg({ required: true, description: 'CID or path, e.g. /ipns/example.org' }) }

  async run(): Promise<number> {
    const { args, flags, given } = this.parse(PinAddCommand)
    const file = args.path === '-' ? '-' : flags.file
    if (file !== '') return this.#pinAll(file, flags)
    return this.ask(async (client, output) => {
      const options = pinOptions(flags)
      this.#warnOfMode(flags.mode)
      const pin = await client.pinPath(readPath(args.path ?? ''), options)
      await showOutcome(client, output, pin, {
        flags,
        given,
        target: 'pinned',
        line: new LiveLine(this.context.stderr)
      })
    })
  }

  async #pinAll(file: string, values: Values): Promise<number> {
    if (values.wait) {
      throw new ExitError('error : --wait goes with one item: see "status --filter error,queued,pinning" afterwards')
    }
    const { openInput, readLines } = await import('../../pin/lines.ts')
    const { pinMany } = await import('../../pin/many.ts')
    return this.ask(async (client, output) => {
      const lines = readLines(openInput(file, this.context))
      return pinMany(client, output, this.context.stderr, { lines, options: pinOptions(values) })
    })
  }

  #warnOfMode(mode: string): void {
    if (mode === 'recursive' || mode === 'direct') return
    this.context.stderr.write(`warning: there is no pin mode ${JSON.stringify(mode)}: the pin is recursive\n`)
  }
}

function pinOptions(values: Values): PinOptions {
  const both = values.replication
  return {
    ...defaultPinOptions(),
    replicationFactorMin: both === 0 ? values['replication-min'] : both,
    replicationFactorMax: both === 0 ? values['replication-max'] : both,
    name: values.name,
    mode: parsePinMode(values.mode),
    userAllocations: readAllocations(values.allocations),
    expireAt: readExpiry(values['expire-in']),
    metadata: readMetadata(values.metadata)
  }
}

function readAllocations(text: string): PeerId[] | null {
  const { peers, unreadable } = splitPeers(text)
  if (unreadable.length === 0) return peers
  throw new ExitError('error decoding allocations: some peer IDs could not be decoded')
}
