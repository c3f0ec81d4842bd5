import { ExitError } from '@ipfs-cluster/cli-kit'
import type { CommandContext } from '@ipfs-cluster/cli-kit'
import { consensusOf, loadPeerConfig } from '@ipfs-cluster/core/config'
import { during } from '@ipfs-cluster/daemon'
import { folderOf } from '../command.ts'
import type { Globals } from '../globals.ts'

/** Ends the program unless the peer has the CRDT consensus; asked before anything else, as in the Go release. */
export async function requireCrdtPeer(context: CommandContext<Globals>): Promise<void> {
  const { config } = await during('loading configurations', () => loadPeerConfig(folderOf(context), context.env))
  const consensus = await during('creating state manager', () => consensusOf(config))
  if (consensus === 'crdt') return
  throw new ExitError('error : crdt subcommands can only be run on peers initialized with crdt consensus')
}
