import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { rawCid } from './harness/cids.ts'
import { TestCluster } from './harness/cluster.ts'
import { describeWithGo } from './harness/go.ts'
import { Namespace } from './harness/namespace.ts'
import type { Peer } from './harness/peer.ts'
import { OUR_BINS } from './harness/peer.ts'
import { until } from './harness/until.ts'

interface Status {
  cid: string
  name: string
  peer_map: Record<string, { peername: string; status: string; error: string }>
}

interface Member {
  id: string
  cluster_peers: string[]
  error: string
}

interface Graph {
  cluster_links: Record<string, string[]>
}

const ORIGIN = '/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5'

describeWithGo('two Go peers and one of ours', (goBins) => {
  describe.each([
    ['first', 0],
    ['second', 1],
    ['last', 2]
  ])('which joins %s', (_, place) => {
    let namespace: Namespace
    let cluster: TestCluster

    beforeAll(async () => {
      namespace = await Namespace.open()
      cluster = new TestCluster({ namespace })
      for (let index = 0; index < 3; index++) await cluster.add(index === place ? OUR_BINS : goBins)
      await cluster.settled()
    }, 120_000)
    afterAll(async () => {
      await cluster[Symbol.asyncDispose]()
      await namespace[Symbol.asyncDispose]()
    })

    it('list one another, by either ctl', async () => {
      const ids = cluster.peers.map(({ id }) => id).sort()
      await eachWay(async (ask) => {
        await until(async () => {
          const members = json<Member>(await ask('peers', 'ls'))
          return members.every(({ cluster_peers: known, error }) => error === '' && known.length === ids.length)
        })
        const members = json<Member>(await ask('peers', 'ls'))
        expect(members.map(({ id }) => id).sort()).toEqual(ids)
        for (const member of members) expect([...member.cluster_peers].sort()).toEqual(ids)
      })
    })

    it('draw the same graph, by either ctl', async () => {
      const ids = cluster.peers.map(({ id }) => id)
      for (const peer of cluster.peers) {
        const graph = (await (await fetch(`${peer.rest}/health/graph`)).json()) as Graph
        for (const id of ids) {
          const others = ids.filter((other) => other !== id).sort()
          expect([...(graph.cluster_links[id] ?? [])].sort()).toEqual(others)
        }
        const [ours = '', theirs] = await Promise.all(
          [OUR_BINS, goBins].map(async (bins) => (await peer.ctlOf(bins, 'health', 'graph')).stdout)
        )
        expect(arrows(ours)).toBe(theirs === undefined ? undefined : arrows(theirs))
        expect(arrows(ours)).toMatch(/->/)
      }
    })

    it('store what is pinned on each with all its options, and forget what is unpinned on another', async () => {
      const expiry = new Date(Date.now() + 3_600_000).toISOString()
      const [anyone = '', , last = ''] = cluster.peers.map(({ id }) => id)
      const kinds = {
        plain: {},
        named: { name: 'ein <Name> & "ü"', 'meta-k': 'v', 'meta-empty': '', 'meta-a b': 'ü' },
        expiring: { 'expire-at': expiry },
        origins: { origins: ORIGIN },
        here: { 'user-allocations': last, 'replication-min': '1', 'replication-max': '1' },
        two: { 'replication-min': '1', 'replication-max': '2' },
        all: { 'replication-min': '-1', 'replication-max': '-1', 'user-allocations': anyone },
        direct: { mode: 'direct' }
      }
      for (const [index, peer] of cluster.peers.entries()) {
        for (const [kind, options] of Object.entries(kinds)) {
          const cid = rawCid(`${kind} ${index}`).toString()
          await pin(peer, cid, options)
          await storedAlike(cid)
          if (kind === 'here') expect(await allocations(peer, cid)).toEqual([last])
          if (kind === 'two') expect(await allocations(peer, cid)).toHaveLength(2)
        }
        const updated = rawCid(`updated ${index}`).toString()
        await pin(peer, updated, { 'pin-update': rawCid(`named ${index}`).toString(), name: 'newer' })
        await storedAlike(updated)
      }
      for (const [index, peer] of cluster.peers.entries()) {
        const cid = rawCid(`named ${(index + 1) % 3}`).toString()
        expect((await fetch(`${peer.rest}/pins/${cid}`, { method: 'DELETE' })).status).toBe(200)
        for (const other of cluster.peers) await until(async () => (await stored(other, cid)) === undefined)
      }
      const [first, ...others] = await Promise.all(cluster.peers.map(pinset))
      expect(first).toHaveLength(8 * 3)
      for (const other of others) expect(other).toEqual(first)
    }, 120_000)

    it('say the same of where each pin is, by either ctl', async () => {
      const cids = ['plain', 'here', 'two', 'updated', 'origins', 'never pinned'].map((name) => `${name} 0`)
      for (const cid of cids.map((name) => rawCid(name).toString())) {
        const [asked] = cluster.peers
        await until(async () => !/pinning|queued/.test((await asked?.ctl('status', cid))?.stdout ?? ''))
        const answers = new Map<string, string>()
        await eachWay(async (ask, way) => {
          const [status] = json<Status>(await ask('status', cid))
          answers.set(way, JSON.stringify(statuses(status), undefined, 1))
        })
        expect(new Set(answers.values()).size).toBe(1)
        expect([...answers.values()][0]).toMatch(cid === rawCid('never pinned 0').toString() ? /unpinned/ : /pinned/)
        expect([...answers.values()][0]).not.toMatch(/error|undefined/)
      }
      const lists = new Set<string>()
      await eachWay(async (ask) => {
        const all = json<Status>(await ask('status')).sort((a, b) => (a.cid < b.cid ? -1 : 1))
        lists.add(JSON.stringify(all.map((status) => [status.cid, status.name, statuses(status)])))
      })
      expect([...lists]).toHaveLength(1)
    }, 120_000)

    /** Does the same with both ctls against all peers. */
    async function eachWay(
      act: (ask: (...args: string[]) => Promise<string>, way: string) => Promise<void>
    ): Promise<void> {
      for (const [index, peer] of cluster.peers.entries()) {
        for (const bins of [OUR_BINS, goBins]) {
          const ask = async (...args: string[]): Promise<string> => {
            const outcome = await peer.ctlOf(bins, '--enc', 'json', ...args)
            expect(outcome).toMatchObject({ code: 0 })
            return outcome.stdout
          }
          await act(ask, `${bins} ${index}`)
        }
      }
    }

    async function storedAlike(cid: string): Promise<void> {
      for (const peer of cluster.peers) await until(async () => (await stored(peer, cid)) !== undefined)
      const [first, ...others] = await Promise.all(cluster.peers.map(async (peer) => stored(peer, cid)))
      for (const other of others) expect(other).toBe(first)
    }
  })
})

/** A status as far as all peers must agree on it: not the moments at which each asked. */
function statuses(status: Status | undefined): [string, string, string][] {
  const entries = Object.entries(status?.peer_map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return entries.map(([id, { peername, status: is }]) => [id, peername, is])
}

/** What a drawing shows, whatever the order. */
function arrows(dot: string): string {
  return dot.trim().split('\n').sort().join('\n')
}

async function pin(peer: Peer, cid: string, options: Record<string, string>): Promise<void> {
  const query = new URLSearchParams(options).toString()
  const answer = await fetch(`${peer.rest}/pins/${cid}?${query}`, { method: 'POST' })
  if (answer.status !== 200) throw new Error(`pin ${query} failed: ${await answer.text()}`)
}

/** The pin as the peer prints it, if it has it. */
async function stored(peer: Peer, cid: string): Promise<string | undefined> {
  const answer = await fetch(`${peer.rest}/allocations/${cid}`)
  const text = await answer.text()
  return answer.status === 200 ? text.trim() : undefined
}

async function allocations(peer: Peer, cid: string): Promise<string[]> {
  return (JSON.parse((await stored(peer, cid)) ?? '{}') as { allocations: string[] }).allocations
}

async function pinset(peer: Peer): Promise<string[]> {
  const text = await (await fetch(`${peer.rest}/allocations`)).text()
  return text.trim().split('\n').sort()
}

/** The values of an answer: one for each line, or a list, or one over several lines. */
function json<T>(text: string): T[] {
  const documents = text.trim().startsWith('[') ? text : `[${text.trim().replaceAll(/}\s*\n(?={)/g, '},')}]`
  return JSON.parse(documents) as T[]
}
