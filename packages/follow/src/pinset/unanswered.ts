import { join } from 'node:path'
import { ExitError } from '@ipfs-cluster/cli-kit'
import { TransportError } from '@ipfs-cluster/client'
import { lockHolder } from '@ipfs-cluster/core/config'
import { messageOf } from '@ipfs-cluster/core/util'
import { PROGRAM } from '../globals.ts'

/** File of a LevelDB store that is locked while it is open. */
const LOCK = 'LOCK'

const SILENT = 'It may be busy, or hang: try again in a while. If that does not help, stop it and run the peer again.'
const ABSENT =
  'A peer that is about to start or to stop does not answer: try again in a moment. If it was started with variables ' +
  'such as CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS, set them here too.'

/**
 * Neither can a pinset be had from its peer, nor can it be read from disk, as some process has it open.
 *
 * @param location - of the datastore
 * @param failure - why the peer gave no answer
 */
export async function unansweredPinset(location: string, failure: unknown): Promise<ExitError> {
  const holder = (await lockHolder(join(location, LOCK))) ?? `another ${PROGRAM}`
  const isSilent = failure instanceof TransportError && failure.code === 'ERR_TIMEOUT'
  const told = isSilent
    ? 'runs this peer and does not answer'
    : 'uses the datastore of this peer, whose API does not answer'
  const text = `${holder} ${told}: ${messageOf(failure)}\n${isSilent ? SILENT : ABSENT}`
  return new ExitError(`${text}\nerror obtaining the pinset`, 1, { cause: failure })
}
