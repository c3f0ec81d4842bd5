import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { rawCid } from './harness/cids.ts'
import { TestCluster } from './harness/cluster.ts'
import type { Peer } from './harness/peer.ts'
import { pin } from './harness/pins.ts'
import { until } from './harness/until.ts'

/** Pins before the one that makes the peer measure; each counts twice, when it begins and when it is there. */
const PINS = 2

describe('a peer that measures after every few changes of its IPFS node', () => {
  let cluster: TestCluster
  let peer: Peer

  beforeAll(async () => {
    const env = { CLUSTER_DISK_METRICTTL: '1h', CLUSTER_IPFSHTTP_INFORMERTRIGGERINTERVAL: String(2 * PINS + 1) }
    cluster = new TestCluster({ env })
    peer = await cluster.add()
  }, 120_000)
  afterAll(async () => cluster[Symbol.asyncDispose]())

  it('tells of its free space then, long before the last measurement is an hour old', async () => {
    // It measures once more when it is ready.
    const [, ready = ''] = /(\S+)\t\S+\t\S+\t-\t\*\* IPFS Cluster is READY/.exec(peer.daemon.stderr) ?? []
    await until(async () => (await measuredAt()) >= 1e6 * Date.parse(ready))
    const before = await measuredAt()
    for (let n = 0; n < PINS; n++) await pinned(`${n}`)
    expect(await measuredAt()).toBe(before)
    await pinned('the last one')
    await until(async () => (await measuredAt()) > before)
  }, 120_000)

  /** Resolves when the IPFS node has the pin. */
  async function pinned(name: string): Promise<void> {
    const cid = rawCid(name).toString()
    await pin(peer, cid)
    await until(async () => (await (await fetch(`${peer.rest}/pins/${cid}`)).text()).includes('"pinned"'))
  }

  /** Nanoseconds since 1970; 0 when there has been no measurement. */
  async function measuredAt(): Promise<number> {
    const answer = await fetch(`${peer.rest}/monitor/metrics/freespace`)
    const [metric] = (await answer.json()) as { received_at: number }[]
    return metric?.received_at ?? 0
  }
})
