import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { monitor } from '../../src/monitor/index.ts'
import { startAll, stopAll } from '../../src/util/index.ts'
import { memoryLogger } from '../helpers/memory-logger.ts'
import { removeFolder, temporaryFolder } from '../helpers/temp-folder.ts'
import { until } from '../pintracker/fakes.ts'
import { SECRET, TestNetworks } from './networks.ts'

/** Folder with `ipfs-cluster-service` v1.1.6 of the Go release; without it there is nothing to try. */
const BINS = process.env['IPFS_CLUSTER_GO_BINS']

const networks = new TestNetworks()
let folder: string
let peer: ChildProcess
let address: string
let rest: string

async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function startGoPeer(bins: string): Promise<void> {
  folder = await temporaryFolder()
  const [swarm, api, pinning, proxy, ipfs] = await Promise.all(Array.from({ length: 5 }, freePort))
  const env = {
    ...process.env,
    IPFS_CLUSTER_PATH: folder,
    CLUSTER_SECRET: Buffer.from(SECRET).toString('hex'),
    CLUSTER_LISTENMULTIADDRESS: `/ip4/127.0.0.1/tcp/${swarm}`,
    CLUSTER_MDNSINTERVAL: '0s',
    CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS: `/ip4/127.0.0.1/tcp/${api}`,
    CLUSTER_PINSVCAPI_HTTPLISTENMULTIADDRESS: `/ip4/127.0.0.1/tcp/${pinning}`,
    CLUSTER_IPFSPROXY_LISTENMULTIADDRESS: `/ip4/127.0.0.1/tcp/${proxy}`,
    CLUSTER_IPFSPROXY_NODEMULTIADDRESS: `/ip4/127.0.0.1/tcp/${ipfs}`,
    CLUSTER_IPFSHTTP_NODEMULTIADDRESS: `/ip4/127.0.0.1/tcp/${ipfs}`
  }
  const program = join(bins, 'ipfs-cluster-service')
  spawnSync(program, ['init'], { env })
  peer = spawn(program, ['daemon'], { env, stdio: 'ignore' })
  const identity = JSON.parse(await readFile(join(folder, 'identity.json'), 'utf8')) as { id: string }
  address = `/ip4/127.0.0.1/tcp/${swarm}/p2p/${identity.id}`
  rest = `http://127.0.0.1:${api}`
  await until('the Go peer answers', () =>
    fetch(`${rest}/version`).then(
      ({ ok }) => ok,
      () => false
    )
  )
}

const describeIf = BINS === undefined ? describe.skip : describe

describeIf('a peer of the Go release', () => {
  beforeAll(() => startGoPeer(BINS ?? ''))
  afterEach(() => networks.stop())
  afterAll(async () => {
    peer.kill('SIGKILL')
    await once(peer, 'exit')
    await removeFolder(folder)
  })

  it('is connected to, and speaks what a peer speaks', async () => {
    const { net } = await networks.start()
    const id = await net.connect(address)
    await until('it has told its protocols', async () => (await net.protocolsOf(id)).length > 0)
    expect(await net.protocolsOf(id)).toEqual(
      expect.arrayContaining(['/ipfscluster/1.0/rpc', '/ipfs/lan/kad/1.0.0', '/meshsub/1.2.0', '/ipfs/bitswap/1.2.0'])
    )
    const stream = await net.open(id, '/ipfscluster/1.0/rpc')
    await stream.close()
  })

  it('hears our metrics', async () => {
    const { net } = await networks.start()
    const { logger } = memoryLogger()
    const ping = async (): Promise<string> => '{"peer_name":"ours"}'
    const metrics = monitor()({ logger, peerId: net.peerId, pubsub: net.pubsub, ping, informers: [] })
    await startAll([metrics])
    try {
      await net.connect(address)
      await until('it shows our ping', async () => {
        const answer = await fetch(`${rest}/monitor/metrics/ping`)
        return (await answer.text()).includes(net.peerId)
      })
    } finally {
      await stopAll([metrics])
    }
  })

  it('turns us away with another secret, and we say why', async () => {
    const { net } = await networks.start({ secret: new Uint8Array(32).fill(1) })
    await expect(net.connect(address)).rejects.toMatchObject({ code: 'ERR_WRONG_SECRET' })
  })
})
