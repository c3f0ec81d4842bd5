import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createIdentity } from '@ipfs-cluster/core/config'
import { send } from '../raw-client.ts'
import type { Target } from '../raw-client.ts'
import { until } from '../serve.ts'
import { PEER_DIFFERENCES } from './differences.ts'
import { PINSVC_DIFFERENCES } from './pinsvc-differences.ts'
import { PROXY_DIFFERENCES, isOfNode } from './proxy-differences.ts'
import { replayCase, requestOf } from './replay.ts'
import type { Difference } from './replay.ts'
import { replayPeer } from './replay-peer.ts'
import type { ReplayNode, ReplayPeer } from './replay-peer.ts'
import { LATER, TRANSCRIPTS } from './transcripts.ts'
import type { ReplayOptions, ReplayPeers } from './transcripts.ts'
import { loadTranscript } from './vectors.ts'
import type { Case } from './vectors.ts'

const MEANT: Readonly<Record<Case['api'], readonly Difference[]>> = {
  rest: PEER_DIFFERENCES,
  pinsvc: PINSVC_DIFFERENCES,
  proxy: PROXY_DIFFERENCES
}

/** What is done to the peers in the middle of a transcript. */
const ACTIONS: Readonly<Record<string, (peers: ReplayPeers) => Promise<void>>> = {
  'kill the Kubo daemon of peer 2': async ([first, , third]) => {
    await first.give(LATER)
    await third?.stopNode()
  },
  'kill -9 peer 2': async ([, , third]) => third?.stop()
}

/**
 * Replays a transcript on peers of ours. Its cases depend on one another, and so run in the order in which they were
 * recorded.
 *
 * @param makeNode - makes the IPFS node of a peer; absent: the embedded one
 */
export function replayTranscript(name: keyof typeof TRANSCRIPTS, makeNode?: () => Promise<ReplayNode>): void {
  const { init, prepare, inVain = [], patience = 0 }: ReplayOptions = TRANSCRIPTS[name]

  describe(`peers answer as those of the Go release did: ${name}`, () => {
    const { cases, vars } = loadTranscript(name)
    const meantFor = (api: Case['api']): readonly Difference[] =>
      MEANT[api].filter(({ isOfEmbeddedNode }) => makeNode === undefined || isOfEmbeddedNode !== true)
    let peers: ReplayPeers
    let ours: ReadonlyMap<string, Case>

    beforeAll(async () => {
      const [{ id, ipfs = '' } = { id: '' }] = vars.peers
      peers =
        vars.peers.length === 1
          ? [await replayPeer({ peerId: id, makeNode, ...init?.(ipfs) })]
          : await joinedPeers(vars.peers.length, makeNode)
      const ids = init === undefined ? identities(vars.peers, peers) : {}
      const substitutes = { ...ids, ...(await prepare?.(peers)) }
      ours = new Map(loadTranscript(name, substitutes).cases.map((recorded) => [recorded.name, recorded]))
    }, 180_000)
    afterAll(async () => {
      await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()))
    }, 60_000)

    for (const { name: title, api } of cases) {
      it(
        title,
        async () => {
          const { before = [], ...recorded } = ours.get(title)!
          const given = inVain.includes(title) ? recorded : { ...recorded, before }
          const peer = peers[given.peer] ?? peers[0]
          const expected = api === 'proxy' && isOfNode(given) ? await askNode(peer, given) : given
          const differences = await replayCase(targetOf(peer, api), expected, meantFor(api), {
            rest: peers[0].target,
            act: async (what) => ACTIONS[what]?.(peers),
            patience
          })
          expect(differences).toEqual([])
        },
        60_000 + patience
      )
    }
  })
}

/** Peers of one cluster, each of which knows all others and what they have measured. */
async function joinedPeers(count: number, makeNode?: () => Promise<ReplayNode>): Promise<ReplayPeers> {
  const bootstrap: string[] = []
  const join = async (): Promise<ReplayPeer> => {
    const { id: peerId, privateKey } = await createIdentity()
    const peer = await replayPeer({
      ...{ peerId, makeNode },
      cluster: { peername: `peer${bootstrap.length}`, disableRepinning: true, monitorPingInterval: 6000 },
      informers: { disk: { metricTtl: 4000 }, tags: { metricTtl: 4000, tags: { group: 'default' } }, pinqueue: {} },
      monitor: { checkInterval: 2000 },
      crdt: { trustedPeers: ['*'] },
      connections: {
        ...{ privateKey, clusterName: 'ipfs-cluster', secret: new Uint8Array(32).fill(9) },
        ...{ listenMultiaddress: ['/ip4/127.0.0.1/tcp/0'], bootstrap: [...bootstrap] }
      }
    })
    bootstrap.push((await peer.addresses())[0] ?? '')
    return peer
  }
  const peers: [ReplayPeer, ...ReplayPeer[]] = [await join()]
  while (peers.length < count) peers.push(await join())
  for (const peer of peers.slice(1)) await peer.connectNode(peers[0])
  for (const { target } of peers) {
    for (const metric of ['ping', 'freespace', 'tag:group']) await until(() => hasMetrics(target, metric, count))
  }
  return peers
}

async function hasMetrics(target: Target, name: string, count: number): Promise<boolean> {
  const { body } = await send(target, { path: `/monitor/metrics/${name}` })
  return (JSON.parse(body) as unknown[]).length === count
}

/** The peers and nodes that were recorded, and those that stand for them. */
function identities(recorded: readonly { id: string; ipfs?: string }[], peers: ReplayPeers): Record<string, string> {
  const pairs = peers.flatMap((peer, i): [string, string][] => [
    [recorded[i]?.id ?? '', peer.id],
    [recorded[i]?.ipfs ?? '', peer.ipfsPeerId]
  ])
  return Object.fromEntries(pairs)
}

function targetOf(peer: ReplayPeer, api: Case['api']): Target {
  switch (api) {
    case 'rest':
      return peer.target
    case 'pinsvc':
      return peer.pinsvc
    case 'proxy':
      return peer.proxy
  }
}

/** What the node says is what the proxy must say, whatever another node said when the case was recorded. */
async function askNode(peer: ReplayPeer, recorded: Case): Promise<Case> {
  const { status, headers, framing, body, trailers } = await send(peer.node, requestOf(recorded))
  return { ...recorded, response: { status, headers, framing, body_kind: 'text', body, trailers } }
}
