import { stat, statfs } from 'node:fs/promises'
import { nullLogger } from '@ipfs-cluster/core/util'
import { adviceFor, datastoreLocation } from '@ipfs-cluster/daemon'
import { messageOf } from '@ipfs-cluster/core/util'
import { fail, ok, warn } from './finding.ts'
import type { Finding, Patient } from './finding.ts'

const MIB = 1024 * 1024

/** Free bytes below which a peer soon cannot write, and below which it is time to do something. */
const TOO_LITTLE = 64 * MIB
const LITTLE = 1024 * MIB

/** Rights of anybody but the owner. */
const OTHERS = 0o077

/** Whether others can read the secret and the key of the peer. */
export async function checkModes({ folder }: Patient): Promise<Finding[]> {
  const findings = [folder.service, folder.identity].map(async (path): Promise<Finding[]> => {
    const mode = (await stat(path).catch(() => undefined))?.mode ?? 0
    if ((mode & OTHERS) === 0) return []
    return [warn('files', `${path} is open to other users of this machine`, `Keep it for yourself: chmod 600 ${path}`)]
  })
  const found = (await Promise.all(findings)).flat()
  return found.length > 0 ? found : [ok('files', 'service.json and identity.json are for their owner alone')]
}

/** Whether there is room for the pinset to grow. */
export async function checkDisk({ folder }: Patient): Promise<Finding[]> {
  try {
    const { bavail, bsize } = await statfs(folder.path)
    const free = bavail * bsize
    const message = `${Math.floor(free / MIB)} MiB are free for ${folder.path}`
    if (free < TOO_LITTLE) return [fail('disk', message, 'Make room, or no pin can be stored.')]
    if (free < LITTLE) return [warn('disk', message, 'Make room before the peer can store no more pins.')]
    return [ok('disk', message)]
  } catch (err) {
    return [fail('disk', messageOf(err), 'See whether the folder is there and can be read.')]
  }
}

/** Whether the configuration names a datastore that can be used. */
export async function checkDatastore({ loaded: { config, folder } }: Patient): Promise<Finding[]> {
  try {
    const location = await datastoreLocation(config, folder, nullLogger.forComponent('service'))
    return [ok('datastore', `LevelDB in ${location}`)]
  } catch (err) {
    return [fail('datastore', messageOf(err), adviceFor(err))]
  }
}
