import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { join } from 'node:path'
import { TestCluster } from './harness/cluster.ts'
import type { Copies } from './harness/copies.ts'
import { addRandomFile, copiesOf, everyPin, TWO_TO_THREE_COPIES } from './harness/copies.ts'
import { temporaryFolder } from './harness/folder.ts'
import { startOperator } from './harness/operator.ts'
import type { Operator } from './harness/operator.ts'
import { OUR_BINS } from './harness/peer.ts'
import type { Peer } from './harness/peer.ts'
import { until } from './harness/until.ts'

const PINS = 8

/** Five peers with an IPFS node each, and real blocks, of which at least two and at most three are to have a copy. */
describe('pins with two to three copies on five peers', () => {
  const folder = temporaryFolder()
  const cluster = new TestCluster({ env: TWO_TO_THREE_COPIES })
  let operator: Operator
  let cids: string[]

  beforeAll(async () => {
    for (let index = 0; index < 5; index++) await cluster.make(OUR_BINS, { ipfsPort: undefined })
    await cluster.join(at(0))
    await Promise.all(cluster.peers.slice(1).map(async (peer) => cluster.join(peer)))
    await cluster.settled()
    // Half of them lose two of their copies when the last two peers go.
    const lastTwo = `--allocations=${at(3).id},${at(4).id}`
    cids = []
    for (let n = 0; n < PINS; n++) cids.push(await add(at(n % 5), n, ...(n % 2 === 0 ? [lastTwo] : [])))
    await everyPinIs(({ allocations, live }) => allocations.length === 3 && live === 3)
  }, 120_000)
  afterAll(async () => {
    await operator?.[Symbol.asyncDispose]()
    await cluster[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  it('have two live copies again after two peers were killed, and three when these are back', async () => {
    const dead = [at(3), at(4)]
    await Promise.all(dead.map(async (peer) => peer.kill()))
    expect(
      (await Promise.all(cids.map(async (cid) => look(cid)))).filter(({ live }) => live < 2).length
    ).toBeGreaterThanOrEqual(PINS / 2)
    await everyPinIs(({ live }) => live >= 2)
    await Promise.all(dead.map(async (peer) => cluster.join(peer)))
    await everyPinIs(({ allocations, live, held }) => allocations.length === 3 && live === 3 && held === 3)
  }, 120_000)

  it('leave a peer that is drained, and never have fewer copies meanwhile', async () => {
    operator = await startOperator(join(folder.path, 'operator'), cluster)
    const leaving = at(0)
    const before = (await Promise.all(cids.map(async (cid) => look(cid)))).filter(({ allocations }) =>
      allocations.includes(leaving.id)
    )
    expect(before.length).toBeGreaterThan(0)
    await operator.repair.drain(leaving.id)

    let fewest = Infinity
    await until(async () => {
      // Who leaves is asked first: what it has no more by then, others have when they are asked.
      const pins = await Promise.all(cids.map(async (cid) => look(cid, leaving)))
      fewest = Math.min(fewest, ...pins.map(({ held }) => held))
      return pins.every(({ allocations, live }) => !allocations.includes(leaving.id) && live === 3)
    })
    expect(fewest).toBe(3)
    await until(async () => (await operator.repair.drainProgress(leaving.id)).left === 0)
    // New pins stay away from it.
    const cid = await add(at(1), PINS)
    expect((await look(cid)).allocations).not.toContain(leaving.id)
  }, 120_000)

  function at(index: number): Peer {
    return cluster.at(index)
  }

  async function add(peer: Peer, n: number, ...args: string[]): Promise<string> {
    return await addRandomFile(peer, join(folder.path, `file ${n}`), args)
  }

  async function everyPinIs(condition: (copies: Copies) => boolean): Promise<void> {
    await everyPin(cids, { peers: cluster.peers, asked: at(1) }, condition)
  }

  async function look(cid: string, first?: Peer): Promise<Copies> {
    return await copiesOf(cid, { peers: cluster.peers, asked: at(1), ...(first && { first }) })
  }
})
