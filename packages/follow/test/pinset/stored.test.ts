import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { formatServiceConfig } from '@ipfs-cluster/core/config'
import { levelDatastore } from '@ipfs-cluster/core/datastore'
import { findStore, storedPinset } from '../../src/pinset/stored.ts'
import { baseConfig } from '../../src/settings.ts'
import { temporaryFollower } from '../temporary.ts'

describe('the store of a peer that is stopped', () => {
  it('is not made when there is none', async () => {
    await using place = await temporaryFollower()
    await mkdir(place.folder.path)
    expect(await findStore(place.folder)).toEqual({})
    expect(await readdir(place.folder.path)).toEqual([])
  })

  it('is found where the configuration has it', async () => {
    await using place = await temporaryFollower()
    const location = join(place.folder.path, 'elsewhere')
    await mkdir(place.folder.path)
    const config = baseConfig()
    if (config.datastore.leveldb !== undefined) config.datastore.leveldb.folder = 'elsewhere'
    await writeFile(place.folder.template, formatServiceConfig(config))
    const store = levelDatastore({ location })
    await store.open()
    await store.close()
    expect(await findStore(place.folder)).toEqual({ location })
    expect(await Array.fromAsync(storedPinset(location, ''))).toEqual([])
  })

  it('of a Go peer is told, unless it is empty', async () => {
    await using place = await temporaryFollower()
    const pebble = join(place.folder.path, 'pebble')
    await mkdir(pebble, { recursive: true })
    expect(await findStore(place.folder)).toEqual({})
    await writeFile(join(pebble, '000001.sst'), '')
    expect(await findStore(place.folder)).toEqual({ unreadable: pebble })
  })
})
