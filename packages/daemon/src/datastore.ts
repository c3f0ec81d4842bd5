import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ConfigError, datastoreOf } from '@ipfs-cluster/core/config'
import type { PeerFolder, ServiceConfig, ServiceConfigInit } from '@ipfs-cluster/core/config'
import type { Logger } from '@ipfs-cluster/core/util'

const SERVICE = 'ipfs-cluster-service'

const OWN_FOLDER = 'leveldb'

/**
 * The folder of the datastore. A configuration that names an engine of the Go release that this peer does not have is
 * used with LevelDB, in a folder of its own, unless that engine holds data.
 *
 * @param options - `mayLeaveData`: whatever another engine holds can be had from other peers, so it is passed over
 * @throws ConfigError when the configuration names no engine, or one whose data would be left behind
 */
export async function datastoreLocation(
  config: ServiceConfig,
  folder: PeerFolder,
  log: Logger,
  { mayLeaveData = false }: { mayLeaveData?: boolean } = {}
): Promise<string> {
  const engine = datastoreOf(config)
  if (engine === 'leveldb') {
    log.info('Datastore backend: leveldb')
    return resolve(folder.path, config.datastore.leveldb?.folder ?? OWN_FOLDER)
  }
  const theirs = resolve(folder.path, config.datastore[engine]?.folder ?? engine)
  const ours = join(folder.path, OWN_FOLDER)
  if (!(await hasFiles(ours)) && (await hasFiles(theirs))) {
    if (!mayLeaveData) throw leftBehind(engine, theirs, folder)
    log.warn(`${theirs} holds data that this peer cannot read; it is left as it is`)
  }
  log.warn(`the configuration names the datastore ${engine}, which this peer does not have: using LevelDB in ${ours}`)
  log.info('Datastore backend: leveldb')
  return ours
}

function leftBehind(engine: ServiceConfigInit['datastore'], theirs: string, { path }: PeerFolder): ConfigError {
  const dump = join(path, 'pinset.json')
  return new ConfigError(`this peer cannot read the datastore ${engine}, and ${theirs} holds data`, {
    path: ['datastore', engine],
    found: 'in use',
    allowed:
      `an engine without data. To move the pinset, run with the Go release:\n` +
      `    ${SERVICE} -c ${path} state export -f ${dump}\n` +
      `  and then with this one:\n` +
      `    ${SERVICE} -c ${path} state import -f ${dump}`
  })
}

async function hasFiles(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length > 0
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw err
  }
}
