import { access, constants } from 'node:fs/promises'
import { ClusterError } from '@ipfs-cluster/api'
import { loadPeerConfig, lockFolder, NO_SECRET } from '@ipfs-cluster/core/config'
import type { Environment, PeerConfig, PeerFolder } from '@ipfs-cluster/core/config'
import { messageOf } from '@ipfs-cluster/core/util'
import { adviceFor } from '@ipfs-cluster/daemon'
import { PROGRAM } from '../globals.ts'
import { checkClock } from './clock.ts'
import { checkDatastore, checkDisk, checkModes } from './files.ts'
import { fail, ok, warn } from './finding.ts'
import type { Check, Finding } from './finding.ts'
import { checkIpfs } from './ipfs.ts'
import { checkPeers } from './peers.ts'
import { checkPorts } from './ports.ts'

const CHECKS: readonly Check[] = [
  async ({ loaded }) => checkSecret(loaded),
  checkModes,
  checkDatastore,
  checkDisk,
  checkClock,
  checkPorts,
  checkIpfs,
  checkPeers
]

/** Looks at all that a peer needs, one thing after the other. */
export async function* examine(folder: PeerFolder, env: Environment): AsyncGenerator<Finding> {
  let loaded: PeerConfig
  try {
    loaded = await loadPeerConfig(folder, env)
  } catch (err) {
    yield fail('config', messageOf(err), adviceFor(err))
    return
  }
  yield ok('config', `${loaded.document.name} is valid`)
  // The secret has a check of its own.
  for (const notice of loaded.notices.filter((text) => text !== NO_SECRET)) {
    yield warn('config', notice, 'Correct it, or take it out.')
  }
  const { finding, isRunning } = await checkFolder(folder)
  yield finding
  for (const check of CHECKS) yield* await check({ folder, loaded, isRunning })
}

function checkSecret({ config: { cluster, consensus }, identity }: PeerConfig): Finding[] {
  const identified = ok('identity', identity.id)
  if (cluster.secret === undefined) {
    const advice =
      'Give all peers the same cluster.secret: 64 hexadecimal digits, from `openssl rand -hex 32` for instance.'
    return [identified, warn('secret', 'there is none: whoever reaches this peer can take part', advice)]
  }
  const trusted = consensus.crdt?.trustedPeers
  const whom = trusted === '*' ? 'every peer that has it may change the pinset' : 'only trusted peers change the pinset'
  return [identified, ok('secret', `there is one; ${whom}`)]
}

/** Whether the folder can be used, and whether a peer uses it now. */
async function checkFolder(folder: PeerFolder): Promise<{ finding: Finding; isRunning: boolean }> {
  try {
    await access(folder.path, constants.W_OK)
    const lock = await lockFolder(folder, PROGRAM)
    await lock.release()
    return { finding: ok('folder', `${folder.path}; no peer runs in it now`), isRunning: false }
  } catch (err) {
    const isRunning = err instanceof ClusterError && err.message.includes('someone else has the lock')
    if (isRunning) return { finding: ok('folder', `${folder.path}; a peer runs in it`), isRunning }
    const advice = `Give ${folder.path} and what is in it to the user who runs the peer.`
    return { finding: fail('folder', messageOf(err), advice), isRunning }
  }
}
