import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { defaultServiceConfig, peerFolder } from '@ipfs-cluster/core/config'
import type { PeerFolder } from '@ipfs-cluster/core/config'
import { datastoreLocation } from '../src/datastore.ts'
import { RecordingLog } from './helpers/recording-log.ts'

let folder: PeerFolder
let log: RecordingLog

beforeEach(async () => {
  folder = peerFolder(await mkdtemp(join(tmpdir(), 'datastore-location-')))
  log = new RecordingLog()
})

afterEach(() => rm(folder.path, { recursive: true }))

async function withData(engine: string): Promise<void> {
  await mkdir(join(folder.path, engine))
  await writeFile(join(folder.path, engine, '000001.sst'), 'data')
}

describe('the place of the datastore', () => {
  it('is what the configuration says of LevelDB', async () => {
    const config = defaultServiceConfig({ consensus: 'crdt', datastore: 'leveldb' })
    expect(await datastoreLocation(config, folder, log.forComponent())).toBe(join(folder.path, 'leveldb'))
    if (config.datastore.leveldb !== undefined) config.datastore.leveldb.folder = 'elsewhere'
    expect(await datastoreLocation(config, folder, log.forComponent())).toBe(join(folder.path, 'elsewhere'))
  })

  it('is a LevelDB of our own for other engines, and that is said', async () => {
    const config = defaultServiceConfig({ consensus: 'crdt', datastore: 'pebble' })
    expect(await datastoreLocation(config, folder, log.forComponent())).toBe(join(folder.path, 'leveldb'))
    expect(log.messages.join('\n')).toContain('names the datastore pebble, which this peer does not have')
  })

  it('leaves no data of another engine behind, unless they can be had again', async () => {
    const config = defaultServiceConfig({ consensus: 'crdt', datastore: 'pebble' })
    await withData('pebble')
    await expect(datastoreLocation(config, folder, log.forComponent())).rejects.toMatchObject({ code: 'ERR_CONFIG' })
    const location = await datastoreLocation(config, folder, log.forComponent(), { mayLeaveData: true })
    expect(location).toBe(join(folder.path, 'leveldb'))
    expect(log.messages.join('\n')).toContain(`${folder.path}/pebble holds data that this peer cannot read`)
    // From then on there is a LevelDB, and nothing is left behind by using it.
    await withData('leveldb')
    expect(await datastoreLocation(config, folder, log.forComponent())).toBe(location)
  })
})
