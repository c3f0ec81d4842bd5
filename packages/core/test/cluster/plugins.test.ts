import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { defaultPinOptions } from '@ipfs-cluster/api'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createPeer, loadPlugins, peerInitFromConfig } from '../../src/cluster/index.ts'
import type { Peer } from '../../src/cluster/index.ts'
import { createIdentity, parseServiceConfig } from '../../src/config/index.ts'
import type { ServiceConfig } from '../../src/config/index.ts'
import { removeFolder, temporaryFolder } from '../helpers/temp-folder.ts'
import { until } from '../helpers/until.ts'
import { testCid } from '../pintracker/fakes.ts'

const docs = await readFile(new URL('../../../../docs/plugins.md', import.meta.url), 'utf8')

/** The blocks of code of one language in the documentation. */
function blocks(language: string): string[] {
  return [...docs.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, text]) => text ?? '')
}

function configWith(sections: object): ServiceConfig {
  const cluster = { listen_multiaddress: '/ip4/127.0.0.1/tcp/0' }
  // Nothing listens on port 1.
  const ipfs = { ipfshttp: { node_multiaddress: '/ip4/127.0.0.1/tcp/1' } }
  return parseServiceConfig(JSON.stringify({ cluster, ipfs_connector: ipfs, ...sections }), 'service.json')
}

let folder: string
let peer: Peer | undefined

beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(async () => {
  await peer?.stop()
  peer = undefined
  await removeFolder(folder)
})

async function startWith(config: ServiceConfig): Promise<Peer> {
  await mkdir(join(folder, 'leveldb'))
  const identity = await createIdentity()
  const { connections: _, ...init } = peerInitFromConfig(config, {
    identity,
    folder,
    location: join(folder, 'leveldb')
  })
  peer = createPeer({ ...init, parts: await loadPlugins(config, { folder }) })
  await peer.start()
  return peer
}

const one = { ...defaultPinOptions(), replicationFactorMin: 1, replicationFactorMax: 1 }

describe('plugins that service.json names', () => {
  it('are run as the documentation shows them', async () => {
    for (const block of blocks('js')) {
      const [, name = ''] = /^\/\/ (\S+)/.exec(block) ?? []
      await writeFile(join(folder, name), block)
    }
    const [sections = ''] = blocks('json')
    const { cluster } = await startWith(configWith(JSON.parse(sections) as object))
    const usual = { ...one, userAllocations: [] }
    await until('the metrics are there', () =>
      cluster.pin(testCid(1), usual).then(
        () => true,
        () => false
      )
    )
    expect(cluster.metrics('load')).toMatchObject([{ name: 'load', value: expect.stringMatching(/^\d+\.\d\d$/) }])
    const here = await cluster.pin(testCid(2), { ...one, metadata: { region: 'eu' } })
    expect(here.allocations).toEqual([cluster.peerId])
    const elsewhere = cluster.pin(testCid(3), { ...one, metadata: { region: 'us' } })
    await expect(elsewhere).rejects.toMatchObject({ code: 'ERR_NOT_ENOUGH_PEERS' })
  })

  it('fail a pin, not the peer', async () => {
    await writeFile(join(folder, 'bad.mjs'), 'export const allocator = () => () => ({ allocate: () => ["nobody"] })')
    const { cluster } = await startWith(configWith({ allocator: { plugin: { module: 'bad.mjs' } } }))
    await expect(cluster.pin(testCid(1), one)).rejects.toMatchObject({
      code: 'ERR_PLUGIN',
      message: 'allocator plugin bad.mjs: the answer has nobody, which is no peer of this cluster'
    })
    expect((await cluster.pin(testCid(1), defaultPinOptions())).allocations).toEqual([])
  })

  it('are not loaded when somebody else has written the configuration', async () => {
    const config = configWith({ informer: { plugin: { module: 'any.mjs' } } })
    const place = { folder, source: 'http://127.0.0.1/service.json' }
    await expect(loadPlugins(config, place)).rejects.toMatchObject({
      code: 'ERR_PLUGIN',
      message: 'informer plugin any.mjs: not loaded for a configuration from http://127.0.0.1/service.json'
    })
  })

  it('are nothing when there are none', async () => {
    expect(await loadPlugins(configWith({}), { folder })).toEqual({})
  })
})
