import { afterEach, expect, it } from '@jest/globals'
import type { Monitor } from '../../src/monitor/index.ts'
import { monitor } from '../../src/monitor/index.ts'
import { startAll, stopAll } from '../../src/util/index.ts'
import { memoryLogger } from '../helpers/memory-logger.ts'
import { until } from '../helpers/until.ts'
import type { TestNetwork } from '../network/networks.ts'
import { TestNetworks } from '../network/networks.ts'

const networks = new TestNetworks()
const monitors: Monitor[] = []

afterEach(async () => {
  await stopAll(monitors.splice(0))
  await networks.stop()
})

async function startMonitor({ net }: TestNetwork): Promise<Monitor> {
  const { logger } = memoryLogger()
  const ping = async (): Promise<string> => `{"peer_name":"${net.peerId}"}`
  const metrics = monitor()({ logger, peerId: net.peerId, pubsub: net.pubsub, ping, informers: [] })
  monitors.push(metrics)
  await startAll([metrics])
  return metrics
}

it('lets peers know of one another soon after they have connected', async () => {
  const all: TestNetwork[] = []
  for (let i = 0; i < 3; i++) all.push(await networks.start())
  const metrics: Monitor[] = []
  for (const each of all) metrics.push(await startMonitor(each))
  const [hub, ...others] = all
  for (const { net } of others) await net.connect(hub?.address ?? '')
  await until('each knows all', () => metrics.every((each) => each.latest('ping').length === 3))
  const peers = all.map(({ net }) => net.peerId).sort()
  for (const each of metrics) {
    expect(
      each
        .latest('ping')
        .map(({ peer }) => peer)
        .sort()
    ).toEqual(peers)
  }
})
