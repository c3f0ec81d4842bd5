import { arg, ExitError, string } from '@ipfs-cluster/cli-kit'
import { FollowCommand } from '../command.ts'
import { initialize } from '../initialize.ts'
import { DEFAULT_GATEWAY } from '../template/source.ts'

/** Where content of IPFS is had from. */
export const gateway = string({
  default: DEFAULT_GATEWAY,
  env: 'IPFS_GATEWAY',
  summary: 'gateway that a configuration on IPFS is read from',
  hidden: true
})

export class Init extends FollowCommand {
  static override summary = 'initializes the follower peer'
  static override usage = '<template_URL>'
  static override args = { source: arg({ description: 'where the configuration of the cluster is published' }) }
  static override flags = { gateway }
  static override description = `
Makes a peer that follows a cluster: a new identity, and a note of where the
configuration of the cluster is published. Nothing is fetched yet.

The configuration may be at a URL, or on IPFS: /ipfs/CID, a bare CID, /ipns/NAME,
or the name of a domain with a DNSLink. What is on IPFS is read from the gateway
of the local IPFS node, or from the one in IPFS_GATEWAY.

A cluster that has a folder already is not touched. To begin anew, delete the
folder first.
`

  async run(): Promise<void> {
    const { flags, args } = this.parse(Init)
    if (args.source === undefined) throw new ExitError('configuration URL not provided')
    const { cluster, folder } = this
    await initialize({ cluster, folder, source: args.source, gateway: flags.gateway, io: this.context })
  }
}
