import { arg } from '@ipfs-cluster/cli-kit'
import { showOutcome } from '../../afterwards.ts'
import { CtlCommand } from '../../command.ts'
import { afterwardsFlags, expireInFlag, nameFlag } from '../../flags.ts'
import { LiveLine } from '../../output/live-line.ts'
import { readCid, readExpiry, readPath } from '../../parse.ts'

export class PinUpdateCommand extends CtlCommand {
  static override summary = 'Pin a new item in the way of an existing one'
  static override description = `
Pins a new item with all the options of an existing pin, on the same peers. Peers
have their IPFS node update the pin, which is fast when both items are much alike.

The existing pin stays: remove it with "pin rm" when it is no longer wanted.
`
  static override usage = '<existing-CID> <new-CID|Path>'
  static override flags = { name: nameFlag, 'expire-in': expireInFlag, ...afterwardsFlags }
  static override args = {
    from: arg({ required: true, description: 'CID of the existing pin' }),
    to: arg({ required: true, description: 'CID or path of the new item' })
  }

  async run(): Promise<number> {
    const { args, flags, given } = this.parse(PinUpdateCommand)
    return this.ask(async (client, output) => {
      const pinUpdate = readCid(args.from ?? '', 'parsing from Cid')
      const expireAt = readExpiry(flags['expire-in'])
      const pin = await client.pinPath(readPath(args.to ?? ''), { pinUpdate, name: flags.name, expireAt })
      await showOutcome(client, output, pin, {
        flags,
        given,
        target: 'pinned',
        line: new LiveLine(this.context.stderr)
      })
    })
  }
}
