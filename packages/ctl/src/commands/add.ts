import { defaultAddParams } from '@ipfs-cluster/api'
import type { AddedOutput, AddParams } from '@ipfs-cluster/api'
import { arg, bool, ExitError, int, string } from '@ipfs-cluster/cli-kit'
import type { FlagValues } from '@ipfs-cluster/cli-kit'
import type { ClusterClient } from '@ipfs-cluster/client'
import { collectEntries } from '../add/entries.ts'
import { AddReport } from '../add/report.ts'
import { totalSize, UploadLine } from '../add/upload-line.ts'
import { CtlCommand } from '../command.ts'
import {
  allocationsFlag,
  expireInFlag,
  metadataFlag,
  nameFlag,
  replicationMaxFlag,
  replicationMinFlag,
  waitTimeoutFlag
} from '../flags.ts'
import { LiveLine } from '../output/live-line.ts'
import { readExpiry, readMetadata, splitPeers } from '../parse.ts'
import { waitFor } from '../wait.ts'

const DEFAULT_HASH = 'sha2-256'

const flags = {
  recursive: bool({ char: 'r', summary: 'add folders with all that is in them' }),
  quiet: bool({ char: 'q', summary: 'print only CIDs, one a line' }),
  quieter: bool({ char: 'Q', summary: 'print only the last CID' }),
  'no-stream': bool({ summary: 'print everything at the end; with --enc=json as one list' }),
  local: bool({ summary: 'send the content to the contacted peer only, and pin as usual' }),
  name: nameFlag,
  'replication-min': replicationMinFlag,
  'replication-max': replicationMaxFlag,
  'expire-in': expireInFlag,
  metadata: metadataFlag,
  allocations: allocationsFlag,
  'no-pin': bool({ summary: 'store the content without pinning it' }),
  wait: bool({ summary: 'wait until enough peers have pinned it' }),
  'wait-timeout': waitTimeoutFlag,
  'wrap-with-directory': bool({ char: 'w', summary: 'put a folder around what is added' }),
  format: string({ default: 'unixfs', summary: 'unixfs: files and folders, car: the blocks of a CAR file' }),
  layout: string({ summary: 'shape of the DAG: balanced (default) or trickle' }),
  hidden: bool({ char: 'H', summary: 'add files whose name begins with a dot. Only with --recursive' }),
  chunker: string({
    char: 's',
    default: 'size-262144',
    summary: 'how files are cut: size-<bytes>, rabin-<min>-<avg>-<max> or buzhash'
  }),
  'raw-leaves': bool({ summary: 'make the leaves raw blocks' }),
  'cid-version': int({ summary: 'version of the CIDs. 1 implies raw leaves' }),
  hash: string({ default: DEFAULT_HASH, summary: 'hash function. Any but the default implies CID version 1' }),
  nocopy: bool({ summary: 'leave the content at its URL (filestore). Implies raw leaves' })
}

type Flags = FlagValues<typeof flags>

export class AddCommand extends CtlCommand {
  static override summary = 'Add files or folders to IPFS and pin them in the cluster'
  static override description = `
Makes files, folders or the content of http(s) URLs into blocks, sends the blocks to
the peers that are to hold them, and pins the root. Several paths are wrapped in one
folder. A CAR file (--format car) is taken as it is; it must have a single root, and
what is said of how to make blocks does not matter then.

When the command ends every peer that was chosen has the blocks, which takes longer
than adding to one IPFS node. With --local only the contacted peer gets them, and the
others fetch them when they pin: faster, but that peer keeps what it need not hold.

How many copies there are to be is said by the replication factors: -1 stands for
every peer, 0 for what the cluster is configured to do.
`
  static override usage = '<path>'
  static override flags = flags
  static override args = { path: arg({ required: true, description: 'file, folder or URL' }) }

  async run(): Promise<number> {
    const { argv: paths, flags } = this.parse(AddCommand)
    return this.ask(async (client, output) => {
      if (paths.length === 0) throw new ExitError('error : need at least one path')
      const params = this.#params(flags, paths.length > 1)
      const entries = await collectEntries(paths, params)
      const report = new AddReport(output, { ...flags, noStream: flags['no-stream'] })
      const line = new LiveLine(this.context.stderr)
      const upload = new UploadLine(line, await totalSize(paths))
      try {
        for await (const added of client.add(entries, params, { onProgress: (progress) => upload.show(progress) })) {
          line.clear()
          report.take(added)
        }
      } finally {
        line.clear()
        report.finish()
      }
      if (flags.wait) await waitUntilPinned(client, report.last, flags, line)
    })
  }

  #params(values: Flags, several: boolean): AddParams {
    const cidVersion = values.hash === DEFAULT_HASH ? values['cid-version'] : 1
    const params: AddParams = {
      ...defaultAddParams(),
      replicationFactorMin: values['replication-min'],
      replicationFactorMax: values['replication-max'],
      expireAt: readExpiry(values['expire-in']),
      metadata: readMetadata(values.metadata),
      name: values.name,
      userAllocations: splitPeers(values.allocations).peers,
      noPin: values['no-pin'],
      recursive: values.recursive,
      local: values.local,
      // A word that no peer knows is for the peer to refuse.
      format: values.format as AddParams['format'],
      layout: values.layout as AddParams['layout'],
      chunker: values.chunker,
      rawLeaves: values['raw-leaves'] || cidVersion > 0 || values.nocopy,
      hidden: values.hidden,
      wrap: values['wrap-with-directory'] || several,
      cidVersion,
      hash: values.hash,
      noCopy: values.nocopy
    }
    if (params.wrap && values.format === 'car') {
      throw new ExitError('error : only a single CAR file can be added and wrap-with-directory is not supported')
    }
    this.#warnOfAllocations(values.allocations)
    return params
  }

  #warnOfAllocations(text: string): void {
    const { unreadable } = splitPeers(text)
    if (unreadable.length === 0) return
    this.context.stderr.write(`warning: --allocations without what are no peer IDs: ${unreadable.join(', ')}\n`)
  }
}

/** Waits for as many copies as the pin asks for, which the peer knows better than the command line. */
async function waitUntilPinned(
  client: ClusterClient,
  root: AddedOutput | undefined,
  flags: Flags,
  line: LiveLine
): Promise<void> {
  if (root === undefined || root.cid === null) return
  const { cid } = root
  const limit = await client.allocation(cid).then(
    (pin) => pin.replicationFactorMin,
    () => flags['replication-min']
  )
  await waitFor(client, cid, { target: 'pinned', limit, timeout: flags['wait-timeout'], line })
}
