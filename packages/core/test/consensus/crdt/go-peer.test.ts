import { afterEach, describe, expect, it } from '@jest/globals'
import { crdt, crdtTopic } from '@ipfs-cluster/core/consensus/crdt'
import { deltaExchange } from '@ipfs-cluster/core/blocks/deltas'
import type { CrdtConsensus } from '@ipfs-cluster/core/consensus/crdt'
import { memoryDatastore } from '@ipfs-cluster/core/datastore'
import { nullLogger, startAll, stopAll } from '@ipfs-cluster/core/util'
import type { Startable } from '@ipfs-cluster/core/util'
import { GO_BINS, startGoPeer } from '../../helpers/go-peer.ts'
import { SECRET, TestNetworks } from '../../network/networks.ts'
import { someCid } from '../../blocks/support.ts'
import { until } from '../../helpers/until.ts'
import { pinOf } from './helpers.ts'

const describeIf = GO_BINS === undefined ? describe.skip : describe

describeIf('a peer of the Go release', () => {
  const cleanups: (() => Promise<void>)[] = []
  const networks = new TestNetworks()

  afterEach(async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean()
    await networks.stop()
  })

  /** A replica of ours with some pins, on a network of its own. */
  async function ours(pins: number): Promise<{ consensus: CrdtConsensus; address: string }> {
    // The interval that peers have outside of tests: the newcomer is not in the mesh when it is greeted.
    const { net, address } = await networks.start({ pubsub: { heartbeatInterval: 10_000 } })
    const datastore = memoryDatastore()
    const hooks = { onPut: () => {}, onDelete: () => {} }
    const deltas = deltaExchange()({ network: net, logger: nullLogger, replica: () => consensus })
    const broadcaster = net.pubsub.topic(crdtTopic('ipfs-cluster'))
    const components = { peerId: net.peerId, datastore, hooks, logger: nullLogger, deltas, broadcaster }
    const consensus: CrdtConsensus = crdt({ trustedPeers: ['*'] })(components)
    const parts: Startable[] = [datastore, deltas, consensus]
    await startAll(parts)
    cleanups.push(() => stopAll(parts))
    for (let i = 0; i < pins; i++) await consensus.logPin(pinOf(someCid(`pin ${i}`)))
    return { consensus, address }
  }

  it('that joins a quiet peer of ours has all pins within seconds', async () => {
    const { address } = await ours(20)
    const go = await startGoPeer(SECRET, ['--bootstrap', address])
    cleanups.push(() => go.stop())
    const since = performance.now()
    await until(async () => {
      const text = await (await fetch(`${go.rest}/allocations`)).text()
      return text.split('\n').filter((line) => line !== '').length === 20
    })
    // Far less than the rebroadcast, which comes after 42 s or later.
    expect(performance.now() - since).toBeLessThan(15_000)
  }, 60_000)
})
