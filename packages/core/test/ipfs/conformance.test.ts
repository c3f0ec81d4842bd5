import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ipfsHttp } from '@ipfs-cluster/core/ipfs'
import { ipfsNode } from '@ipfs-cluster/ipfs-node'
import { describe, it } from '@jest/globals'
import { ipfsConnectorSuite } from '../../test-suites/ipfs-connector.ts'
import { removeFolder, temporaryFolder } from '../helpers/temp-folder.ts'
import { FakeKubo } from './fake-kubo.ts'
import type { IpfsConnectorSetup } from '../../test-suites/ipfs-connector.ts'

/** A connector to a node that `stop` stops. */
function setupOf(nodeMultiaddress: string, stop: () => Promise<void>): IpfsConnectorSetup {
  const connector = ipfsHttp({ nodeMultiaddress })({})
  const close = async (): Promise<void> => {
    await connector.stop?.()
    await stop()
  }
  return { connector, close }
}

ipfsConnectorSuite('ipfsHttp on a node in memory', async () => {
  const node = await FakeKubo.start()
  return setupOf(node.multiaddress, async () => node.stop())
})

ipfsConnectorSuite('ipfsHttp on a node without dag/import', async () => {
  const node = await FakeKubo.start()
  node.on('dag/import', undefined)
  return { ...setupOf(node.multiaddress, async () => node.stop()), cannotPinStored: true }
})

ipfsConnectorSuite('ipfsHttp on the embedded node', async () => {
  const repo = await temporaryFolder()
  const loopback = '/ip4/127.0.0.1/tcp/0'
  const node = await ipfsNode({ repo, profile: 'loopback', api: loopback, gateway: '', swarm: [loopback] })
  return setupOf(node.apiMultiaddr, async () => {
    await node.stop()
    await removeFolder(repo)
  })
})

const kubo = process.env.IPFS_KUBO_BIN

if (kubo === undefined) {
  describe('ipfsHttp on Kubo', () => {
    it.skip('is tested when IPFS_KUBO_BIN names the program', () => {})
  })
} else {
  ipfsConnectorSuite('ipfsHttp on Kubo', async () => {
    const repo = await temporaryFolder()
    const env = { ...process.env, IPFS_PATH: repo, IPFS_TELEMETRY: 'off' }
    const run = async (...args: string[]): Promise<unknown> => promisify(execFile)(kubo, args, { env })
    await run('init', '--empty-repo', '--profile=test')
    // The profile keeps to the loopback but for these two.
    await run('config', '--json', 'AutoConf.Enabled', 'false')
    await run('config', 'Routing.Type', 'none')
    const daemon = spawn(kubo, ['daemon'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    for await (const line of daemon.stdout) if (String(line).includes('Daemon is ready')) break
    return setupOf((await readFile(join(repo, 'api'), 'utf8')).trim(), async () => {
      daemon.kill()
      await once(daemon, 'exit')
      await removeFolder(repo)
    })
  })
}
