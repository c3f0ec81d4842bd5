import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { monitor } from '../../src/monitor/index.ts'
import { startAll, stopAll } from '../../src/util/index.ts'
import { GO_BINS, startGoPeer } from '../helpers/go-peer.ts'
import type { GoPeer } from '../helpers/go-peer.ts'
import { memoryLogger } from '../helpers/memory-logger.ts'
import { until } from '../helpers/until.ts'
import { SECRET, TestNetworks } from './networks.ts'

const networks = new TestNetworks()
let peer: GoPeer

const describeIf = GO_BINS === undefined ? describe.skip : describe

describeIf('a peer of the Go release', () => {
  beforeAll(async () => {
    peer = await startGoPeer(SECRET)
  })
  afterEach(() => networks.stop())
  afterAll(() => peer.stop())

  it('is connected to, and speaks what a peer speaks', async () => {
    const { net } = await networks.start()
    const id = await net.connect(peer.address)
    // That it speaks identify is known before what it says there.
    await until('it has told its protocols', async () => (await net.protocolsOf(id)).length > 1)
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
      await net.connect(peer.address)
      await until('it shows our ping', async () => {
        const answer = await fetch(`${peer.rest}/monitor/metrics/ping`)
        return (await answer.text()).includes(net.peerId)
      })
    } finally {
      await stopAll([metrics])
    }
  })

  it('turns us away with another secret, and we say why', async () => {
    const { net } = await networks.start({ secret: new Uint8Array(32).fill(1) })
    await expect(net.connect(peer.address)).rejects.toMatchObject({ code: 'ERR_WRONG_SECRET' })
  })
})
